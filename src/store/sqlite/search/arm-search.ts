import type { ArmCriterion } from '../../search/arm-criterion.ts';
import type { Fragment } from '../../search/fragment.ts';
import type { TypeSortKey } from '../../search/sort-key.ts';
import type { ArmPosition } from './arm-position.ts';

/** Which documents of an arm, in which order, from where. */
export interface ArmSearch {
  readonly type: string;
  readonly criterion: ArmCriterion;
  readonly keys: readonly TypeSortKey[];
  readonly reversed: boolean;
  readonly after?: ArmPosition | undefined;
  readonly limit: number;
  /** How many are looked for in all, which decides the plan; `limit` where absent. */
  readonly wanted?: number;
  /** What is asked of a document beside the criterion; given SQL of its rid. */
  readonly also?: (rid: string) => Fragment;
}
