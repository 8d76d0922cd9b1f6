import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import { allOf, fragment } from '../../search/fragment.ts';
import { prefixCondition, type RowDialect } from '../../search/row-condition.ts';
import { type AddressNumbers, startKey } from './value-key.ts';

/** Index rows as this engine keeps them: addresses by number, texts in the row. */
export function postgresDialect(addresses: AddressNumbers): RowDialect {
  return {
    systemIs: (column, system) =>
      fragment(`${column} = ?`, column.endsWith('.uri') ? system : addresses.of(system)),
    systemIsNot: (column, system) => fragment(`${column} <> ?`, addresses.of(system)),
    uriIs: (column, condition) => condition(column),
    labelContains: (column, folded) => fragment(`strpos(${column}, ?) > 0`, folded),
    contains: (column, text) => {
      const whole = column.replace(/\.folded$/, '.whole');
      return fragment(`strpos(coalesce(${whole}, ${column}), ?) > 0`, text);
    },
    startsWith: (column, text) => {
      const start = startKey(text);
      const range = prefixCondition(column, start);
      if (start === text) return range;
      // The index holds the beginnings of texts.
      const whole = column.replace(/\.folded$/, '.whole');
      return allOf([range, fragment(`starts_with(${whole}, ?)`, text)]);
    },
    begins: (column, text) => fragment(`starts_with(?, ${column})`, text),
    exactString: (row) => `CASE WHEN ${row}.exact = '' THEN ${row}.folded ELSE ${row}.exact END`,
    typeIs: (column, type) => fragment(`${column} = ?`, type === '' ? 0 : resourceTypeCode(type)),
  };
}
