import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { CompositePart, IndexedValues } from '../../../fhir/search/indexed-values.ts';
import { INDEX_COLUMNS, type IndexRow, slotOf } from './value-columns.ts';
import { type AddressNumbers, startKey, storable, wholeKey } from './value-key.ts';

type Column = (typeof INDEX_COLUMNS)[number][0];
type Cells = Partial<Record<Exclude<Column, 'rid' | 'slot' | 'ordinal'>, string | number>>;

const COLUMNS = INDEX_COLUMNS.map(([name]) => name).slice(3) as Exclude<Column, 'rid' | 'slot' | 'ordinal'>[];

/** The rows of one document. */
export function indexRows(rid: number, values: IndexedValues, addresses: AddressNumbers): IndexRow[] {
  const rows: IndexRow[] = [];
  const put = (slot: number, cells: Cells) =>
    rows.push([rid, slot, rows.length, ...COLUMNS.map((name) => cells[name] ?? null)]);
  const token = (system: string, code: string) => ({ system: addresses.of(system), code: wholeKey(code) });
  const range = (low: number, high: number) => ({ low, high });
  const reference = (type: string, id: string, base: string, version: string) => ({
    ...{ id: wholeKey(id), version: wholeKey(version), base: addresses.of(base) },
    type: type === '' ? 0 : resourceTypeCode(type),
  });
  for (const [parameter, ...row] of values.token) put(slotOf(parameter), token(...row));
  for (const [parameter, folded] of values.tokenText)
    put(slotOf(parameter, 'text'), { label: storable(folded) });
  for (const [parameter, ...row] of values.identifier) put(slotOf(parameter, 'identifier'), token(...row));
  for (const [parameter, ...row] of values.string) put(slotOf(parameter), text(...row));
  for (const [parameter, ...row] of values.date) put(slotOf(parameter), range(...row));
  for (const [parameter, ...row] of values.number) put(slotOf(parameter), range(...row));
  for (const [parameter, system, code, ...row] of values.quantity) {
    put(slotOf(parameter), { ...token(system, code), ...range(...row) });
  }
  for (const [parameter, ...row] of values.reference) put(slotOf(parameter), reference(...row));
  for (const [parameter, uri] of values.uri) put(slotOf(parameter), { uri: wholeKey(uri) });
  const part = (of: CompositePart): Cells => {
    if ('token' in of) return token(...of.token);
    if ('string' in of) return text(...of.string);
    if ('date' in of) return range(...of.date);
    if ('number' in of) return range(...of.number);
    if ('reference' in of) return reference(...of.reference);
    if ('uri' in of) return { uri: wholeKey(of.uri) };
    const [system, code, low, high] = of.quantity;
    return { ...token(system, code), ...range(low, high) };
  };
  for (const [repetition, [parameter, ...parts]] of values.composite.entries()) {
    for (const [index, each] of parts.entries()) {
      put(slotOf(parameter, 'part', index), { repetition, ...part(each) });
    }
  }
  return rows;
}

function text(ofFolded: string, ofExact: string): Cells {
  const [folded, exact] = [storable(ofFolded), storable(ofExact)];
  const key = startKey(folded);
  return { folded: key, exact: exact === key ? '' : exact, ...(key === folded ? {} : { whole: folded }) };
}
