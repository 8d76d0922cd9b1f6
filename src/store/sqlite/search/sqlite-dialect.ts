import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import { fragment, wrapped } from '../../search/fragment.ts';
import { prefixCondition, type RowDialect } from '../../search/row-condition.ts';

const NUMBER_OF = '(SELECT number FROM system WHERE uri = ?)';

/** Index rows as this engine keeps them: systems and labels by number. */
export const sqliteDialect: RowDialect = {
  systemIs: (column, system) =>
    system === '' ? fragment(`${column} = 0`) : fragment(`${column} = ${NUMBER_OF}`, system),
  systemIsNot: (column, system) => fragment(`${column} IS NOT ${NUMBER_OF}`, system),
  uriIs: (column, condition) =>
    wrapped(`${column} IN (SELECT number FROM system WHERE `, condition('uri'), ')'),
  labelContains: (column, folded) =>
    fragment(`${column} IN (SELECT number FROM label WHERE instr(folded, ?) > 0)`, folded),
  contains: (column, text) => fragment(`instr(${column}, ?) > 0`, text),
  startsWith: prefixCondition,
  begins: (column, text) => fragment(`substr(?, 1, length(${column})) = ${column}`, text),
  exactString: (row) => `iif(${row}.exact = '', ${row}.folded, ${row}.exact)`,
  typeIs: (column, type) => fragment(`${column} = ${type === '' ? 0 : resourceTypeCode(type)}`),
};
