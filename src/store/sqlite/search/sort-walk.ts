import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import { UCUM_BASE } from '../../../fhir/search/indexed-values.ts';
import { type Fragment, fragment, TRUE } from '../../search/fragment.ts';
import type { TypeSortKey } from '../../search/sort-key.ts';

/** An index in the order of a sort key. Its rows have the alias x. */
export interface SortWalk {
  readonly table: 'range' | 'string' | 'quantity' | 'reference' | 'document';
  readonly index: string;
  /** The key in a row. */
  readonly column: string;
  readonly where: Fragment;
  /** Parts of the index that are each in the order of the key, and are walked side by side. */
  readonly runs: readonly Fragment[];
  /** The rows that count: of a document with several values the one that it is sorted by. */
  readonly only: Fragment;
  /** The part of a run where a value and what follows it lies. */
  readonly bound: (value: string | number) => Fragment;
  /** Every document has a value. */
  readonly isComplete: boolean;
}

/** A unit as the rows of quantities have it. */
export type UnitKey = readonly [code: string, system: number];

/** Units that the values of a parameter are in, without those that only make units comparable; undefined where they are too many. */
export type UnitsOf = (parameter: number) => readonly UnitKey[] | undefined;

/** The index that is in the order of a key; undefined where there is none. */
export function sortWalk(
  key: TypeSortKey,
  type: string,
  reversed: boolean,
  unitsOf: UnitsOf,
): SortWalk | undefined {
  const { by, descending } = key;
  const upwards = descending === reversed;
  const along = (column: string) => ({
    column,
    runs: [TRUE],
    bound: (value: string | number) => fragment(`${column} ${upwards ? '>=' : '<='} ?`, value),
    isComplete: false,
  });
  if (by.kind === 'id' || by.kind === 'last-updated') {
    const column = by.kind === 'id' ? 'x.id' : 'x.last_updated';
    const index = by.kind === 'id' ? 'document_key' : 'document_updated';
    const where = fragment('x.type = ?', resourceTypeCode(type));
    return { ...along(column), table: 'document', index, where, only: TRUE, isComplete: true };
  }
  if (by.kind !== 'index') return undefined;
  const { parameter, shape } = by;
  const ofParameter = fragment('x.parameter = ?', parameter);
  const end = descending ? 'high' : 'low';
  const beats = descending ? '>' : '<';
  switch (shape) {
    case 'date':
    case 'number': {
      const only = onlyBest('range', beats, descending ? ['high', 'low'] : ['low', 'high']);
      return { ...along(`x.${end}`), table: 'range', index: `range_${end}`, where: ofParameter, only };
    }
    case 'quantity': {
      const units = unitsOf(parameter);
      if (units === undefined) return undefined;
      const columns = [...(descending ? ['high', 'low'] : ['low', 'high']), 'code', 'system'];
      const only = onlyBest('quantity', beats, columns, `AND ${isUnit('+y')}`, UCUM_BASE);
      const runs = units.map(([code, system]) => fragment('x.code = ? AND x.system = ?', code, system));
      const index = `quantity_${end}`;
      return { ...along(`x.${end}`), table: 'quantity', index, where: ofParameter, runs, only };
    }
    case 'string': {
      const only = onlyBest('string', beats, ['folded', 'exact']);
      return { ...along('x.folded'), table: 'string', index: 'string_value', where: ofParameter, only };
    }
    case 'reference': {
      const where = fragment("x.parameter = ? AND x.id > ''", parameter);
      const only = onlyBest('reference', beats, ['id', 'type', 'base', 'version'], "AND +y.id > ''");
      return { ...along('x.id'), table: 'reference', index: 'reference_target', where, only };
    }
    default:
      return undefined;
  }
}

/** SQL that is true for a row of `quantity` in the unit that it was written in. Its value is UCUM_BASE. */
export function isUnit(row: string): string {
  return `${row}.system IS NOT (SELECT number FROM system WHERE uri = ?)`;
}

/**
 * No other row of the document comes before. The columns after the key only see to it that one row is left where several are
 * alike. The plus keeps SQLite from walking an index of values: the rows of one document are few.
 */
function onlyBest(
  table: string,
  beats: '<' | '>',
  columns: readonly string[],
  condition = '',
  ...values: string[]
): Fragment {
  const row = (alias: string) => columns.map((column) => `${alias}.${column}`).join(', ');
  return fragment(
    `NOT EXISTS (SELECT 1 FROM ${table} y WHERE y.rid = x.rid AND y.parameter = x.parameter ${condition}
      AND (${row('+y')}) ${beats} (${row('x')}))`,
    ...values,
  );
}
