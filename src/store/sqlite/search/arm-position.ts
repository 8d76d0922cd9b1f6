import { compareKey } from '../../search/document-order.ts';
import type { Position, SortValue } from '../../search/position.ts';
import type { TypeSortKey } from '../../search/sort-key.ts';

/** A position that may say only the first keys: then all documents alike in them are before it or behind it. */
export interface ArmPosition extends Position {
  readonly ties?: 'before' | 'behind';
}

/** The position among the keys that vary; 'nothing' when a constant key puts all of the arm before it. */
export function afterConstants(
  {
    keys,
    after,
    reversed,
  }: {
    readonly keys: readonly TypeSortKey[];
    readonly after?: Position | undefined;
    readonly reversed: boolean;
  },
  constants: readonly (SortValue | undefined)[],
): ArmPosition | undefined | 'nothing' {
  if (after === undefined) return undefined;
  const values: SortValue[] = [];
  for (const [index, key] of keys.entries()) {
    const constant = constants[index];
    const value = after.values[index]!;
    if (constant === undefined) {
      values.push(value);
      continue;
    }
    const compared = compareKey(constant, value, key.descending) * (reversed ? -1 : 1);
    if (compared === 0) continue;
    // All documents that are alike in the keys before it stand on one side of the position.
    const included = compared > 0;
    if (values.length === 0) return included ? undefined : 'nothing';
    return { rid: after.rid, values, ties: included ? 'behind' : 'before' };
  }
  return { rid: after.rid, values };
}

export function withoutFirst({ rid, values, ties }: ArmPosition): ArmPosition | undefined | 'nothing' {
  if (ties === undefined) return { rid, values: values.slice(1) };
  if (values.length > 1) return { rid, values: values.slice(1), ties };
  return ties === 'behind' ? undefined : 'nothing';
}
