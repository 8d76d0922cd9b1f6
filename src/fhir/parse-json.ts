import { WarmfhirError } from '../errors.ts';

/** `JSON.parse`, with an error that says where: `json-malformed` with line, column and position. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const position = faultPosition(text);
    const before = text.slice(0, position);
    const line = before.split('\n').length;
    const column = position - before.lastIndexOf('\n');
    throw new WarmfhirError(
      'json-malformed',
      `The text is not valid JSON at line ${line}, column ${column} (position ${position}).`,
      { cause },
    );
  }
}

const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|true|false|null))/y;

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end';

/**
 * Where a text that is not JSON goes wrong. `JSON.parse` often does not say; this walk is slower and runs only then.
 * RFC 8259, https://www.rfc-editor.org/rfc/rfc8259
 */
function faultPosition(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  TOKEN.lastIndex = 0;
  let at = 0;
  while (true) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const space = /[ \t\n\r]*/y;
    space.lastIndex = at;
    const start = at + space.exec(text)![0].length;
    if (match === null || (open.length === 0 && expected === 'comma-or-end')) return start;
    at = TOKEN.lastIndex;
    const [, mark, string] = match;
    if (mark === '{' || mark === '[') {
      if (!expected.startsWith('value')) return start;
      open.push(mark);
      expected = mark === '{' ? 'key-or-end' : 'value-or-end';
    } else if (mark === '}' || mark === ']') {
      const closes = mark === '}' ? '{' : '[';
      if (open.at(-1) !== closes || !expected.endsWith('-or-end')) return start;
      open.pop();
      expected = 'comma-or-end';
    } else if (mark === ',') {
      if (expected !== 'comma-or-end') return start;
      expected = open.at(-1) === '{' ? 'key' : 'value';
    } else if (mark === ':') {
      if (expected !== 'colon') return start;
      expected = 'value';
    } else if (expected.startsWith('key')) {
      if (string === undefined) return start;
      expected = 'colon';
    } else {
      if (!expected.startsWith('value')) return start;
      expected = 'comma-or-end';
    }
  }
}
