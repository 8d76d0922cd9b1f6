import { fold } from './fold.ts';
import { type GatheredRows, items, members, text, type ValueIndexer } from './gathered-rows.ts';

const NAME_PARTS = ['text', 'family', 'given', 'prefix', 'suffix'];
const ADDRESS_PARTS = ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

/** The indexers of string parameters by the type of their values. */
export function stringIndexer(type: string, element: string): ValueIndexer | undefined {
  switch (type) {
    case 'string':
    case 'markdown':
      return element === 'HumanName.family' ? addWords : addString;
    case 'HumanName':
      return (value, parameter, rows) => addParts(value, NAME_PARTS, parameter, rows);
    case 'Address':
      return (value, parameter, rows) => addParts(value, ADDRESS_PARTS, parameter, rows);
    default:
      return undefined;
  }
}

const addString: ValueIndexer = (value, parameter, rows) => {
  const known = text(value);
  if (known !== undefined) rows.string.add([parameter, fold(known), known]);
};

/** A family name is found by each of its words too: "Quinones" finds "Carreno Quinones". */
const addWords: ValueIndexer = (value, parameter, rows) => {
  addString(value, parameter, rows);
  const known = text(value);
  if (known === undefined || !SEPARATOR.test(known)) return;
  for (const word of known.split(SEPARATOR).slice(1)) {
    if (word !== '') rows.string.add([parameter, fold(word), known]);
  }
};

const SEPARATOR = /[\s-]+/;

function addParts(value: unknown, parts: readonly string[], parameter: number, rows: GatheredRows): void {
  const holder = members(value);
  for (const part of parts) {
    for (const item of items(holder[part])) {
      if (part === 'family') addWords(item, parameter, rows);
      else addString(item, parameter, rows);
    }
  }
}
