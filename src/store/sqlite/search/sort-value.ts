import type { Shape } from '../../../fhir/search/criterion.ts';
import { UCUM_BASE } from '../../../fhir/search/indexed-values.ts';
import { type Fragment, fragment } from '../../search/fragment.ts';
import { isUnit } from './sort-walk.ts';

/** SQL for the value that a document is sorted by: its lowest, or descending its highest; NULL without any. */
export function sortValue(shape: Shape, parameter: number, descending: boolean, rid: string): Fragment {
  const pick = descending ? 'max' : 'min';
  const bound = descending ? 'high' : 'low';
  const of = (from: string, column: string, condition = '', ...values: string[]) =>
    fragment(
      // The plus keeps SQLite from walking the index of all values in search of the highest.
      `(SELECT ${pick}(+${column}) FROM ${from} WHERE y.rid = ${rid} AND y.parameter = ?${condition})`,
      parameter,
      ...values,
    );
  switch (shape) {
    case 'token':
      return of('token y', 'y.code', " AND y.code <> ''");
    case 'string':
      return of('string y', 'y.folded');
    case 'date':
    case 'number':
      return of('range y', `y.${bound}`);
    case 'quantity':
      return of('quantity y', `y.${bound}`, ` AND ${isUnit('y')}`, UCUM_BASE);
    case 'reference':
      return of('reference y', 'y.id', " AND y.id <> ''");
    case 'uri':
      return of('uri y JOIN system s ON s.number = y.uri', 's.uri');
    case 'composite':
      return fragment('NULL');
  }
}
