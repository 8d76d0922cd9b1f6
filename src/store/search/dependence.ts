import type { Criterion } from '../../fhir/search/criterion.ts';

/** The types of other documents that decide whether a document satisfies the criterion. */
export function typesDependedOn(criterion: Criterion, into: Set<string> = new Set()): Set<string> {
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

/** True when the document alone decides. */
export function standsAlone(criterion: Criterion): boolean {
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

/** What must hold, one by one. */
export function conjuncts(criterion: Criterion): readonly Criterion[] {
  return criterion.kind === 'all' ? criterion.of.flatMap(conjuncts) : [criterion];
}
