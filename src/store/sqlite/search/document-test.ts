import { type ArmCriterion, standsAlone } from '../../search/arm-criterion.ts';
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
        return this.#view.arms.some((other) =>
          other
            .referrers(criterion.parameter, key, Number.MAX_SAFE_INTEGER)
            .some((referrer) => this.#referrerSatisfies(other, criterion.type, referrer, criterion.of)),
        );
      }
      default:
        return false;
    }
  }

  #targetSatisfies(key: DocumentKey, criterion: ArmCriterion): boolean {
    const place = this.#view.place(key);
    return place !== undefined && this.satisfies(place.arm, key.type, place.rid, criterion);
  }

  #referrerSatisfies(arm: CollectionArm, type: string, rid: number, criterion: ArmCriterion): boolean {
    const isVisible = this.#view.visibility(arm, type);
    return (isVisible === undefined || isVisible(rid)) && this.satisfies(arm, type, rid, criterion);
  }
}
