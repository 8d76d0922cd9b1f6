import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { CompositePart, IndexedValues, ReferenceRow } from '../../../fhir/search/indexed-values.ts';
import type { SqlValue } from '../../search/fragment.ts';
import type { Dictionary } from './dictionary.ts';
import { KEY_SEPARATOR, type RowTable } from './search-tables.ts';

/** The numbers that an index keeps for texts that repeat. */
export interface Dictionaries {
  readonly system: Dictionary;
  readonly label: Dictionary;
}

/** Turns a document's index values into rows without their rid, and gives each to `put`. */
export function indexRows(
  values: IndexedValues,
  { system, label }: Dictionaries,
  put: (table: RowTable, row: readonly SqlValue[]) => void,
): void {
  for (const [parameter, of, code] of values.token) put('token', [parameter, code, system.number(of)]);
  for (const [parameter, folded] of values.tokenText) put('token_text', [parameter, label.number(folded)]);
  for (const [parameter, of, code] of values.identifier)
    put('identifier', [parameter, code, system.number(of)]);
  for (const [parameter, folded, exact] of values.string) {
    put('string', [parameter, folded, exact === folded ? '' : exact]);
  }
  for (const row of values.date) put('range', row);
  for (const row of values.number) put('range', row);
  for (const [parameter, of, code, low, high] of values.quantity) {
    put('quantity', [parameter, code, system.number(of), low, high]);
  }
  for (const row of values.reference) put('reference', referenceRow(row, system));
  for (const [parameter, uri] of values.uri) put('uri', [parameter, system.number(uri)]);
  for (const [parameter, ...parts] of values.composite)
    put('composite', compositeRow(parameter, parts, system));
}

function referenceRow([parameter, type, id, base, version]: ReferenceRow, system: Dictionary): SqlValue[] {
  return [parameter, id, type === '' ? 0 : resourceTypeCode(type), system.number(base), version];
}

function compositeRow(parameter: number, parts: readonly CompositePart[], system: Dictionary): SqlValue[] {
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

function compositeKey(part: CompositePart, system: Dictionary): string {
  if ('token' in part) return `${part.token[1]}${KEY_SEPARATOR}${system.number(part.token[0])}`;
  if ('quantity' in part) return `${part.quantity[1]}${KEY_SEPARATOR}${system.number(part.quantity[0])}`;
  if ('string' in part) return part.string.join(KEY_SEPARATOR);
  if ('reference' in part) {
    const [type, id, base, version] = part.reference;
    const code = type === '' ? 0 : resourceTypeCode(type);
    return [id, code, system.number(base), version].join(KEY_SEPARATOR);
  }
  return 'uri' in part ? part.uri : '';
}

function compositeRange(part: CompositePart): readonly [number, number] {
  if ('date' in part) return part.date;
  if ('number' in part) return part.number;
  return 'quantity' in part ? [part.quantity[2], part.quantity[3]] : [0, 0];
}
