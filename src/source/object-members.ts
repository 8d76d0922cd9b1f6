import { isJsonSpace, ValueScanner } from './value-scanner.ts';

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;

/** Start and end of a value in the text it was found in. */
export interface ValueRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the values of an object's own members stand, by key, without looking into them. The last one counts where a
 * key comes twice. Undefined when the text is not an object.
 *
 * @param twice told each key that comes again
 */
export function objectMembers(
  text: Uint8Array,
  twice: (key: string) => void = () => {},
): ReadonlyMap<string, ValueRange> | undefined {
  const members = new Map<string, ValueRange>();
  const scanner = new ValueScanner();
  const skipSpace = (at: number) => {
    let next = at;
    while (next < text.length && isJsonSpace(text[next]!)) next++;
    return next;
  };
  const valueEnd = (start: number) => {
    scanner.begin(text[start]!);
    return scanner.scan(text, start);
  };

  let at = skipSpace(0);
  if (text[at] !== OPEN_OBJECT) return undefined;
  at = skipSpace(at + 1);
  if (text[at] === CLOSE_OBJECT) return skipSpace(at + 1) === text.length ? members : undefined;
  while (true) {
    if (text[at] !== QUOTE) return undefined;
    const keyEnd = valueEnd(at);
    if (keyEnd === -1) return undefined;
    const key = Buffer.from(text.buffer, text.byteOffset + at + 1, keyEnd - at - 2).toString('latin1');
    at = skipSpace(keyEnd);
    if (text[at] !== COLON) return undefined;
    const start = skipSpace(at + 1);
    if (start >= text.length) return undefined;
    const end = valueEnd(start);
    if (end <= start) return undefined;
    if (members.has(key)) twice(key);
    members.set(key, { start, end });
    at = skipSpace(end);
    if (text[at] === CLOSE_OBJECT) return skipSpace(at + 1) === text.length ? members : undefined;
    if (text[at] !== COMMA) return undefined;
    at = skipSpace(at + 1);
  }
}

/** The value at a range, parsed; undefined when it is not JSON or there is no range. For small values only. */
export function parsedMember(text: Uint8Array, range: ValueRange | undefined): unknown {
  if (range === undefined) return undefined;
  try {
    return JSON.parse(
      Buffer.from(text.buffer, text.byteOffset + range.start, range.end - range.start).toString(),
    );
  } catch {
    return undefined;
  }
}
