import type { RangeTest, Test } from '../../../fhir/search/criterion.ts';
import type { ArmCriterion } from '../../search/arm-criterion.ts';
import { allOf, type Fragment, fragment } from '../../search/fragment.ts';
import type { SearchCondition } from './search-condition.ts';
import { slotOf, slotOfTest } from './value-columns.ts';

/** A range of an index that holds the rids of all documents that satisfy a condition, as a condition on its rows. */
export interface IndexRange {
  readonly where: (row: string) => Fragment;
  /** The rows come by rid. */
  readonly ordered: boolean;
}

/** How index ranges lead to the documents of a criterion; undefined where documents have to be looked at. */
export function indexRanges(
  criterion: ArmCriterion,
  condition: SearchCondition,
): readonly IndexRange[] | undefined {
  switch (criterion.kind) {
    case 'index':
      return together(criterion.tests.map((test) => testRange(test, criterion.parameter, condition)));
    case 'any':
      return together(criterion.of.map((part) => indexRanges(part, condition)));
    case 'composite':
      return together(
        criterion.tests.map(([first]) => {
          const range = first && testRange(first, criterion.parameter, condition);
          if (range === undefined) return undefined;
          // What the other parts are is asked of each document.
          const slot = slotOf(criterion.parameter, 'part');
          return [{ where: (row) => inSlot(row, slot, condition.test(first!, row)), ordered: false }];
        }),
      );
    case 'refers': {
      const slot = slotOf(criterion.parameter);
      const where = (row: string) => inSlot(row, slot, condition.refersTo(criterion, row));
      return [{ where, ordered: criterion.ids.length === 1 }];
    }
    default:
      return undefined;
  }
}

/** True when the ranges alone say that a document satisfies the criterion. */
export function rangesSuffice(criterion: ArmCriterion): boolean {
  if (criterion.kind === 'any') return criterion.of.every(rangesSuffice);
  return criterion.kind === 'index' || criterion.kind === 'refers';
}

function together(parts: readonly (readonly IndexRange[] | undefined)[]): readonly IndexRange[] | undefined {
  const ranges: IndexRange[] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    ranges.push(...part);
  }
  return ranges;
}

function testRange(
  test: Test,
  parameter: number,
  condition: SearchCondition,
): readonly IndexRange[] | undefined {
  const slot = slotOfTest(parameter, test);
  const of = (ordered: boolean, bounds?: (row: string) => Fragment): readonly IndexRange[] => [
    {
      ordered,
      where: (row) =>
        inSlot(row, slot, ...(bounds === undefined ? [] : [bounds(row)]), condition.test(test, row)),
    },
  ];
  switch (test.kind) {
    case 'token':
    case 'identifier':
      return test.code === undefined ? undefined : of(true);
    case 'token-text':
      return undefined;
    case 'string':
      return test.mode === 'prefix' ? of(false) : undefined;
    case 'range': {
      const bounds = rangeBounds(test);
      return bounds && of(false, bounds);
    }
    case 'quantity': {
      const bounds = rangeBounds(test.range);
      return bounds && of(false, bounds);
    }
    case 'reference':
      return test.id === undefined ? undefined : of(true);
    case 'uri':
      return test.mode === 'above' ? undefined : of(test.mode === 'exact');
  }
}

function inSlot(row: string, slot: number, ...conditions: readonly Fragment[]): Fragment {
  return allOf([fragment(`${row}.slot = ?`, slot), ...conditions]);
}

/** A condition that follows from a comparison and bounds an index. */
function rangeBounds({ comparison, from, until }: RangeTest): ((row: string) => Fragment) | undefined {
  switch (comparison) {
    case 'eq':
      return (row) => fragment(`${row}.low >= ? AND ${row}.low <= ?`, from, until);
    case 'gt':
      return (row) => fragment(`${row}.high > ?`, until);
    case 'ge':
    case 'overlaps':
      return (row) => fragment(`${row}.high > ?`, from);
    case 'lt':
      return (row) => fragment(`${row}.low < ?`, from);
    case 'le':
      return (row) => fragment(`${row}.low < ?`, until);
    case 'sa':
      return (row) => fragment(`${row}.low >= ?`, until);
    case 'eb':
      return (row) => fragment(`${row}.high <= ?`, from);
    case 'ne':
      return undefined;
  }
}
