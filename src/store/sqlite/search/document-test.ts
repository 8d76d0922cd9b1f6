import { type ArmCriterion, conjuncts, standsAlone } from '../../search/arm-criterion.ts';
import type { CollectionArm, DocumentKey } from './collection-arm.ts';
import type { CollectionView } from './collection-view.ts';

/** Decides of single documents whether they satisfy a criterion that depends on documents of either arm. */
export class DocumentTest {
  readonly #view: CollectionView;

  constructor(view: CollectionView) {
    this.#view = view;
  }

  satisfies(arm: CollectionArm, type: string, rid: number, criterion: ArmCriterion): boolean {
    if (standsAlone(criterion)) return arm.search.satisfies(type, criterion, rid);
    switch (criterion.kind) {
      case 'all':
        return criterion.of.every((part) => this.satisfies(arm, type, rid, part));
      case 'any':
        return criterion.of.some((part) => this.satisfies(arm, type, rid, part));
      case 'not':
        return !this.satisfies(arm, type, rid, criterion.of);
      case 'chain':
        return arm
          .references([rid], [criterion.parameter])
          .some((target) => target.type === criterion.type && this.#targetSatisfies(target, criterion.of));
      case 'has': {
        const key = { type, id: arm.idsOf([rid])[0]! };
        return this.#view.arms.some((other) => this.#isReferredTo(key, other, criterion));
      }
      default:
        return false;
    }
  }

  #targetSatisfies(key: DocumentKey, criterion: ArmCriterion): boolean {
    const place = this.#view.place(key);
    return place !== undefined && this.satisfies(place.arm, key.type, place.rid, criterion);
  }

  /** Whether a document of an arm refers to this one and satisfies what is asked. */
  #isReferredTo(
    key: DocumentKey,
    arm: CollectionArm,
    { parameter, type, of }: Extract<ArmCriterion, { kind: 'has' }>,
  ): boolean {
    const isVisible = this.#view.visibility(arm, type);
    const parts = conjuncts(of);
    const alone = { kind: 'all' as const, of: parts.filter(standsAlone) };
    const others = parts.filter((part) => !standsAlone(part));
    return arm.search
      .referrers(parameter, key, type, alone)
      .some(
        (rid) =>
          (isVisible === undefined || isVisible(rid)) &&
          others.every((part) => this.satisfies(arm, type, rid, part)),
      );
  }
}
