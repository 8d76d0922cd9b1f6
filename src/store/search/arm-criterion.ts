import type { Criterion } from '../../fhir/search/criterion.ts';

/** A reference of the parameter leads to one of these documents: a chain whose far end was looked up already. */
export interface RefersCriterion {
  readonly kind: 'refers';
  readonly parameter: number;
  readonly type: string;
  readonly ids: readonly string[];
}

/** A criterion as an arm is asked: chains may have been replaced by what they lead to. */
export type ArmCriterion =
  | Exclude<Criterion, { readonly kind: 'all' | 'any' | 'not' }>
  | RefersCriterion
  | { readonly kind: 'all' | 'any'; readonly of: readonly ArmCriterion[] }
  | { readonly kind: 'not'; readonly of: ArmCriterion };

/** What must hold, one by one. */
export function conjuncts(criterion: ArmCriterion): readonly ArmCriterion[] {
  return criterion.kind === 'all' ? criterion.of.flatMap(conjuncts) : [criterion];
}

/** True when the document alone decides. */
export function standsAlone(criterion: ArmCriterion): boolean {
  switch (criterion.kind) {
    case 'all':
    case 'any':
      return criterion.of.every(standsAlone);
    case 'not':
      return standsAlone(criterion.of);
    default:
      return criterion.kind !== 'chain' && criterion.kind !== 'has';
  }
}

/** The types of other documents that decide whether a document satisfies the criterion. */
export function typesDependedOn(criterion: ArmCriterion, into: Set<string> = new Set()): Set<string> {
  switch (criterion.kind) {
    case 'all':
    case 'any':
      for (const part of criterion.of) typesDependedOn(part, into);
      break;
    case 'not':
      typesDependedOn(criterion.of, into);
      break;
    case 'chain':
    case 'has':
      into.add(criterion.type);
      typesDependedOn(criterion.of, into);
      break;
    default:
      break;
  }
  return into;
}
