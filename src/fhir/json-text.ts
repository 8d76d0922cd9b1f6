import { WarmfhirError } from '../errors.ts';

/** Where a member of a JSON object stands in its text: `[start, end)` covers key and value. */
export interface JsonMember {
  readonly key: string;
  /** Position of the key's opening quote. */
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

export interface JsonObjectText {
  /** Minified; numbers and string escapes as they were written. */
  readonly text: string;
  /** Members of the outermost object, in source order. */
  readonly members: readonly JsonMember[];
}

/** Deeper nesting than any real resource has; it keeps recursive readers of the value off the stack's end. */
const MAX_DEPTH = 500;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Finds the members of a JSON object and refuses duplicate keys at any depth. `JSON.parse` must have accepted
 * `text` before, and its outermost value must be an object: this pass checks no syntax, which is what makes it fast.
 *
 * Throws `json-duplicate-key`, or `json-malformed` for nesting deeper than 500 levels.
 */
export function scanObject(text: string): JsonObjectText {
  const scanned = scan(text);
  return scanned.hasSpace
    ? { text: scanned.minified, members: scan(scanned.minified).members }
    : { text, members: scanned.members };
}

/** The members of the object that starts at `start` of a minified JSON text without duplicate keys. */
export function membersAt(text: string, start: number): JsonMember[] {
  const members: JsonMember[] = [];
  let at = start + 1;
  while (text.charCodeAt(at) !== CLOSE_OBJECT) {
    if (text.charCodeAt(at) === COMMA) at++;
    const keyEnd = stringEnd(text, at);
    const end = valueEnd(text, keyEnd + 1);
    members.push({ key: keyAt(text, at, keyEnd), start: at, valueStart: keyEnd + 1, end });
    at = end;
  }
  return members;
}

/** The `[start, end)` spans of the items of the array that starts at `start` of a minified JSON text. */
export function itemsAt(text: string, start: number): { readonly start: number; readonly end: number }[] {
  const items: { start: number; end: number }[] = [];
  let at = start + 1;
  while (text.charCodeAt(at) !== CLOSE_ARRAY) {
    if (text.charCodeAt(at) === COMMA) at++;
    const end = valueEnd(text, at);
    items.push({ start: at, end });
    at = end;
  }
  return items;
}

interface Scan {
  readonly members: JsonMember[];
  readonly hasSpace: boolean;
  readonly minified: string;
}

function scan(text: string): Scan {
  const members: JsonMember[] = [];
  const keys = new OpenKeys();
  // For each open container: is it an object?
  const opened: boolean[] = [];
  const length = text.length;
  let minified = '';
  let copied = 0;
  let hasSpace = false;
  let expectsKey = false;
  let memberStart = 0;
  let memberKey = '';
  let memberValue = 0;
  let at = 0;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      if (expectsKey) {
        const key = keyAt(text, at, end);
        keys.add(key);
        expectsKey = false;
        if (opened.length === 1) {
          memberStart = at;
          memberKey = key;
          memberValue = end + 1;
        }
      }
      at = end;
    } else if (code === COMMA) {
      expectsKey = opened[opened.length - 1]!;
      if (opened.length === 1)
        members.push({ key: memberKey, start: memberStart, valueStart: memberValue, end: at });
      at++;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      if (opened.length === MAX_DEPTH) {
        throw new WarmfhirError('json-malformed', `The JSON is nested deeper than ${MAX_DEPTH} levels.`);
      }
      expectsKey = code === OPEN_OBJECT;
      opened.push(expectsKey);
      if (expectsKey) keys.open();
      at++;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      if (opened.pop()!) keys.close();
      expectsKey = false;
      if (opened.length === 0 && memberValue > 0) {
        members.push({ key: memberKey, start: memberStart, valueStart: memberValue, end: at });
      }
      at++;
    } else if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      hasSpace = true;
      minified += text.slice(copied, at);
      at++;
      while (at < length && text.charCodeAt(at) <= 0x20) at++;
      copied = at;
    } else {
      at++;
    }
  }
  return { members, hasSpace, minified: hasSpace ? minified + text.slice(copied) : text };
}

/**
 * The keys of all objects that are open at one place of a text. Few keys are compared one by one, which is faster
 * than hashing them; an object with many gets a Set, so that no body can make the check slow.
 */
class OpenKeys {
  readonly #keys: string[] = [];
  readonly #starts: number[] = [];
  readonly #sets: (Set<string> | undefined)[] = [];

  open(): void {
    this.#starts.push(this.#keys.length);
    this.#sets.push(undefined);
  }

  close(): void {
    this.#keys.length = this.#starts.pop()!;
    this.#sets.pop();
  }

  /** Throws `json-duplicate-key` when the innermost object has the key already. */
  add(key: string): void {
    const start = this.#starts[this.#starts.length - 1]!;
    const set = this.#sets[this.#sets.length - 1];
    if (set !== undefined) {
      if (set.has(key)) throw duplicate(key);
      set.add(key);
      return;
    }
    for (let index = start; index < this.#keys.length; index++) {
      if (this.#keys[index] === key) throw duplicate(key);
    }
    this.#keys.push(key);
    if (this.#keys.length - start > 32) this.#sets[this.#sets.length - 1] = new Set(this.#keys.slice(start));
  }
}

function duplicate(key: string): WarmfhirError {
  const shown = key.length > 80 ? `${key.slice(0, 80)}…` : key;
  return new WarmfhirError(
    'json-duplicate-key',
    `A JSON object holds the key ${JSON.stringify(shown)} twice.`,
  );
}

/** The position behind the closing quote of the string whose opening quote is at `start`. */
function stringEnd(text: string, start: number): number {
  let quote = text.indexOf('"', start + 1);
  while (text.charCodeAt(quote - 1) === BACKSLASH && isEscaped(text, quote))
    quote = text.indexOf('"', quote + 1);
  return quote + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 1;
  while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

/** A key as the reader of the JSON sees it: `"a"` is the key a. */
function keyAt(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : raw;
}

function valueEnd(text: string, start: number): number {
  let at = start;
  let depth = 0;
  while (true) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      if (depth === 0) return at;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      depth++;
      at++;
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      if (depth === 0) return at;
      depth--;
      at++;
      if (depth === 0) return at;
    } else if (depth === 0 && (code === COMMA || code === COLON)) {
      return at;
    } else {
      at++;
    }
  }
}
