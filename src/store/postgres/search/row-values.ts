import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type {
  CompositePart,
  IndexedValues,
  ReferenceRow,
  StringRow,
} from '../../../fhir/search/indexed-values.ts';
import type { RowTable, TextTable } from './search-tables.ts';
import { shortened, startOf, storable } from './text-number.ts';

export type IndexValue = string | number | bigint | null;

/** Between the parts of a composite's key: sorts below every character of a text. */
export const KEY_SEPARATOR = '\u0001';

/** Gives texts their numbers, and takes note of them. */
export type NumberOf = (table: TextTable, text: string) => bigint;

/** Turns what a document is found by into rows without `rid` and `n`, and gives each to `put`; the same may come twice. */
export function indexRows(
  values: IndexedValues,
  numberOf: NumberOf,
  put: (table: RowTable, row: readonly IndexValue[]) => void,
): void {
  const system = (text: string) => numberOf('system', text);
  for (const [parameter, of, code] of values.token) put('token', [parameter, shortened(code), system(of)]);
  for (const [parameter, folded] of values.tokenText)
    put('token_text', [parameter, numberOf('label', folded)]);
  for (const [parameter, of, code] of values.identifier) {
    put('identifier', [parameter, shortened(code), system(of)]);
  }
  for (const row of values.string) put('string', stringRow(row));
  for (const row of values.date) put('range', row);
  for (const row of values.number) put('range', row);
  for (const [parameter, of, code, low, high] of values.quantity) {
    put('quantity', [parameter, shortened(code), system(of), low, high]);
  }
  for (const row of values.reference) put('reference', referenceRow(row, system));
  for (const [parameter, uri] of values.uri) put('uri', [parameter, system(uri)]);
  for (const [parameter, ...parts] of values.composite)
    put('composite', compositeRow(parameter, parts, system));
}

type SystemNumber = (text: string) => bigint;

function stringRow([parameter, text, written]: StringRow): readonly IndexValue[] {
  const folded = storable(text);
  const exact = storable(written);
  const start = startOf(folded);
  return [parameter, start, folded === start ? null : folded, exact === start ? null : exact];
}

function referenceRow(
  [parameter, type, id, base, version]: ReferenceRow,
  system: SystemNumber,
): readonly IndexValue[] {
  const code = type === '' ? 0 : resourceTypeCode(type);
  return [parameter, shortened(id), code, system(base), shortened(version)];
}

function compositeRow(
  parameter: number,
  parts: readonly CompositePart[],
  system: SystemNumber,
): readonly IndexValue[] {
  const keys = ['', '', ''];
  const ranges = [0, 0, 0, 0, 0, 0];
  for (const [index, part] of parts.entries()) {
    keys[index] = compositeKey(part, system);
    const [low, high] = compositeRange(part);
    ranges[2 * index] = low;
    ranges[2 * index + 1] = high;
  }
  return [parameter, ...keys, ...ranges];
}

function compositeKey(part: CompositePart, system: SystemNumber): string {
  if ('token' in part) return `${shortened(part.token[1])}${KEY_SEPARATOR}${system(part.token[0])}`;
  if ('quantity' in part) return `${shortened(part.quantity[1])}${KEY_SEPARATOR}${system(part.quantity[0])}`;
  if ('string' in part) return part.string.map(shortened).join(KEY_SEPARATOR);
  if ('reference' in part) {
    const [type, id, base, version] = part.reference;
    const code = type === '' ? 0 : resourceTypeCode(type);
    return [shortened(id), code, system(base), shortened(version)].join(KEY_SEPARATOR);
  }
  return 'uri' in part ? shortened(part.uri) : '';
}

function compositeRange(part: CompositePart): readonly [number, number] {
  if ('date' in part) return part.date;
  if ('number' in part) return part.number;
  return 'quantity' in part ? [part.quantity[2], part.quantity[3]] : [0, 0];
}
