const KEY = '"reference":"';
const BACKSLASH = 0x5c;

/**
 * Replaces the values of `Reference.reference`, in contained resources and extensions too, and leaves every other byte
 * as it is. Works on the text, because parsing and writing it again would change how numbers are spelled.
 *
 * @param json minified JSON text
 * @param replacement given the decoded reference; what it returns stands in its place
 */
export function replaceReferences(json: string, replacement: (reference: string) => string): string {
  let out = '';
  let copied = 0;
  for (const { start, end } of referenceRanges(json)) {
    const reference = decoded(json, start, end);
    const replaced = replacement(reference);
    if (replaced === reference) continue;
    out += json.slice(copied, start - 1) + JSON.stringify(replaced);
    copied = end + 1;
  }
  return copied === 0 ? json : out + json.slice(copied);
}

/** All values of `Reference.reference` in a minified JSON text. */
export function* referencesIn(json: string): Generator<string> {
  for (const { start, end } of referenceRanges(json)) yield decoded(json, start, end);
}

/** Where the string values of the key stand, without their quotes. */
function* referenceRanges(json: string): Generator<{ readonly start: number; readonly end: number }> {
  for (let at = json.indexOf(KEY); at !== -1; at = json.indexOf(KEY, at)) {
    const start = at + KEY.length;
    // A key that only ends like this one has an escaped quote in it.
    if (json.charCodeAt(at - 1) === BACKSLASH) {
      at = start;
      continue;
    }
    const end = stringEnd(json, start);
    yield { start, end };
    at = end;
  }
}

function stringEnd(json: string, start: number): number {
  for (let end = json.indexOf('"', start); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return json.length;
}

function decoded(json: string, start: number, end: number): string {
  const text = json.slice(start, end);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}
