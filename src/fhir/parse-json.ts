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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end';

/**
 * Where a text that is not JSON goes wrong. `JSON.parse` often does not say; this walk is slower and runs only then.
 * RFC 8259, https://www.rfc-editor.org/rfc/rfc8259
 */
function faultPosition(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  while (true) {
    while (isSpace(text.charCodeAt(at))) at++;
    const mark = text[at];
    if (mark === undefined || (open.length === 0 && expected === 'comma-or-end')) return at;
    if (mark === '{' || mark === '[') {
      if (!expected.startsWith('value')) return at;
      open.push(mark);
      expected = mark === '{' ? 'key-or-end' : 'value-or-end';
      at++;
    } else if (mark === '}' || mark === ']') {
      const closes = mark === '}' ? '{' : '[';
      if (open.at(-1) !== closes || !expected.endsWith('-or-end')) return at;
      open.pop();
      expected = 'comma-or-end';
      at++;
    } else if (mark === ',') {
      if (expected !== 'comma-or-end') return at;
      expected = open.at(-1) === '{' ? 'key' : 'value';
      at++;
    } else if (mark === ':') {
      if (expected !== 'colon') return at;
      expected = 'value';
      at++;
    } else {
      const isKey = expected.startsWith('key');
      const end = mark === '"' ? stringEnd(text, at) : isKey ? undefined : matchEnd(SCALAR, text, at);
      if (end === undefined || !(isKey || expected.startsWith('value'))) return at;
      expected = isKey ? 'colon' : 'comma-or-end';
      at = end;
    }
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** The position behind the string that starts at `start`; undefined when it has no end or holds what it must not. */
function stringEnd(text: string, start: number): number | undefined {
  // No regular expression: one over a string of megabytes exhausts the stack.
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code < 0x20) return undefined;
    if (code !== BACKSLASH) continue;
    const end = matchEnd(ESCAPE, text, at);
    if (end === undefined) return undefined;
    at = end - 1;
  }
  return undefined;
}

function matchEnd(sticky: RegExp, text: string, start: number): number | undefined {
  sticky.lastIndex = start;
  return sticky.test(text) ? sticky.lastIndex : undefined;
}
