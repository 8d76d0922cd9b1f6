import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WarmfhirError } from '../../src/errors.ts';
import { parseResource } from '../../src/fhir/parse-resource.ts';
import { stamp } from '../../src/fhir/resource-content.ts';

const TIME = Date.UTC(2026, 0, 2);
const SERVER = '"versionId":"7","lastUpdated":"2026-01-02T00:00:00.000Z"';

function stored(text: string, id?: string): string {
  return stamp(parseResource(text, id === undefined ? {} : { id }).content, 7, TIME);
}

function codeOf(text: string): string {
  try {
    parseResource(text);
    return 'accepted';
  } catch (error) {
    return (error as WarmfhirError).code;
  }
}

function messageOf(text: string): string {
  try {
    parseResource(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the stored layout', () => {
  test('puts type, id and meta first and keeps the other members in order', () => {
    const text =
      '{"active":true,"id":"1","meta":{"profile":["http://p"]},"resourceType":"Patient","gender":"male"}';
    const expected = `{"resourceType":"Patient","id":"1","meta":{${SERVER},"profile":["http://p"]},"active":true,"gender":"male"}`;
    expect(stored(text)).toBe(expected);
  });

  test('gives a resource without meta one', () => {
    expect(stored('{"resourceType":"Basic","id":"1"}')).toBe(
      `{"resourceType":"Basic","id":"1","meta":{${SERVER}}}`,
    );
  });

  test('keeps numbers and escapes as they were written and drops white space between tokens only', () => {
    const text =
      '\ufeff{ "resourceType" : "Basic",\r\n\t"id":"1", "v":[1.00, 1e-7,12345678901234567890 , -0.0],\n"s":"a  \\u00e9 \\" , b"}\n';
    expect(stored(text)).toBe(
      `{"resourceType":"Basic","id":"1","meta":{${SERVER}},"v":[1.00,1e-7,12345678901234567890,-0.0],"s":"a  \\u00e9 \\" , b"}`,
    );
  });

  test('keeps primitive extensions, contained resources and odd keys', () => {
    const rest =
      '"_birthDate":{"extension":[{"url":"x"}]},"contained":[{"resourceType":"Basic","id":"c"}],"__proto__":{"a":1}';
    expect(stored(`{"resourceType":"Patient","id":"1",${rest}}`)).toBe(
      `{"resourceType":"Patient","id":"1","meta":{${SERVER}},${rest}}`,
    );
  });

  test('takes out what the server owns', () => {
    const meta =
      '{"versionId":"99","_versionId":{"id":"x"},"lastUpdated":"1999-01-01T00:00:00Z","source":"urn:s"}';
    expect(stored(`{"resourceType":"Basic","id":"1","meta":${meta}}`)).toBe(
      `{"resourceType":"Basic","id":"1","meta":{${SERVER},"source":"urn:s"}}`,
    );
  });

  test('takes out review state that a client sends, however it is spelled', () => {
    const meta =
      '{"tag":[{"system":"urn:warmfhir:\\u0072eview","code":"reviewed"}],' +
      '"extension":[{"url":"urn:other"},{"extension":[],"url":"urn:warmfhir:review"}]}';
    expect(stored(`{"resourceType":"Basic","id":"1","meta":${meta}}`)).toBe(
      `{"resourceType":"Basic","id":"1","meta":{${SERVER},"extension":[{"url":"urn:other"}]}}`,
    );
  });

  test('uses the id that it is given', () => {
    expect(stored('{"resourceType":"Basic","id":"theirs"}', 'ours')).toContain('"id":"ours"');
    expect(stored('{"resourceType":"Basic"}', 'ours')).toContain('"id":"ours"');
  });

  test('means the same as the text that it was made from, whatever the white space', () => {
    const member = fc.tuple(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(fc.array(member), fc.constantFrom(0, 1, '\t'), (members, indent) => {
        const own = members.filter(([key]) => !['resourceType', 'id', 'meta'].includes(key));
        const resource = JSON.parse(
          JSON.stringify({ resourceType: 'Basic', id: 'x', ...Object.fromEntries(own) }),
        );
        const { meta, ...rest } = JSON.parse(stored(JSON.stringify(resource, null, indent)));
        expect(rest).toEqual(resource);
        expect(meta).toEqual({ versionId: '7', lastUpdated: '2026-01-02T00:00:00.000Z' });
      }),
      { numRuns: 500 },
    );
  });
});

/** A JSON value as text, with spellings that JSON.parse forgets. */
const spelledNumber = fc.constantFrom(
  '1.00',
  '1e-7',
  '-0.0',
  '12345678901234567890',
  '1E+2',
  '0.10',
  '-1.50e+03',
);
const spelledText = fc.constantFrom(
  '"\\u00e9"',
  '"\\ud83d\\ude00"',
  '"\\ud800"',
  '"\u{1f600}"',
  '"a\\/b\\\\\\""',
  '" { \\" , [ : "',
  '""',
);
const spelledKey = fc.constantFrom(
  '__proto__',
  '_birthDate',
  'constructor',
  'x',
  'toString',
  '\\u0079',
  'a b',
  '',
);
const spelledValue = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    spelledNumber,
    spelledText,
    fc.constantFrom('true', 'false', 'null'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(spelledKey, tie('value')), { maxLength: 4, selector: ([key]) => key })
      .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`),
  ),
})).value;

/** White space between the tokens of a JSON text. */
function spaced(text: string, space: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g, (token) => `${space}${token}${space}`);
}

describe('spelling', () => {
  test('every number, escape and key stays as it was written, with and without white space', () => {
    fc.assert(
      fc.property(spelledValue, fc.constantFrom('', ' ', '\n\t', '\r\n'), (value, space) => {
        const text = `{"resourceType":"Basic","id":"1","own":${value}}`;
        expect(stored(spaced(text, space))).toBe(
          `{"resourceType":"Basic","id":"1","meta":{${SERVER}},"own":${value}}`,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('what was stored is stored again as the same bytes', () => {
    fc.assert(
      fc.property(spelledValue, (value) => {
        const once = stored(`{"own":${value},"id":"1","meta":{"x":${value}},"resourceType":"Basic"}`);
        expect(stored(once)).toBe(once);
      }),
    );
  });

  test('a key that comes twice is found wherever it stands and however it is spelled', () => {
    fc.assert(
      fc.property(spelledValue, spelledValue, fc.nat({ max: 20 }), fc.boolean(), (a, b, depth, isEscaped) => {
        const second = isEscaped ? '\\u0064up' : 'dup';
        const inner = `{"dup":${a},"between":{"dup":${b}},"${second}":${b}}`;
        const nested = '{"in":['.repeat(depth) + inner + ']}'.repeat(depth);
        expect(codeOf(`{"resourceType":"Basic","id":"1","own":${nested}}`)).toBe('json-duplicate-key');
      }),
    );
  });
});

describe('what is refused', () => {
  test.each([
    ['{"resourceType":"Basic","id":"1","id":"2"}', 'json-duplicate-key'],
    ['{"resourceType":"Basic","id":"1","x":[{"a":{"b":1,"c":2,"b":1}}]}', 'json-duplicate-key'],
    ['{"resourceType":"Basic","id":"1","ab":1,"\\u0061b":2}', 'json-duplicate-key'],
    ['', 'json-malformed'],
    ['{"resourceType":"Basic","id":"1",}', 'json-malformed'],
    ['{"resourceType":"Basic","id":"1"}{}', 'json-malformed'],
    ['[]', 'body-invalid'],
    ['"Patient"', 'body-invalid'],
    ['null', 'body-invalid'],
    ['{}', 'body-invalid'],
    ['{"resourceType":7,"id":"1"}', 'body-invalid'],
    ['{"resourceType":"Basic","id":"1","meta":"x"}', 'body-invalid'],
    ['{"resourceType":"Basic","id":"1","meta":[]}', 'body-invalid'],
    ['{"resourceType":"Nothing","id":"1"}', 'resource-type-unknown'],
    ['{"resourceType":"Basic"}', 'resource-id-invalid'],
    ['{"resourceType":"Basic","id":1}', 'resource-id-invalid'],
    ['{"resourceType":"Basic","id":""}', 'resource-id-invalid'],
    ['{"resourceType":"Basic","id":".."}', 'resource-id-invalid'],
    ['{"resourceType":"Basic","id":"a/b"}', 'resource-id-invalid'],
    [`{"resourceType":"Basic","id":"${'x'.repeat(65)}"}`, 'resource-id-invalid'],
  ])('%s: %s', (text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  test('the same key in different objects is no duplicate', () => {
    expect(codeOf('{"resourceType":"Basic","id":"1","x":[{"id":"1"},{"id":"1"}],"y":{"x":1}}')).toBe(
      'accepted',
    );
  });

  test('a duplicate among very many keys', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `"k${index}":0`).join(',');
    expect(codeOf(`{"resourceType":"Basic","id":"1",${keys}}`)).toBe('accepted');
    expect(codeOf(`{"resourceType":"Basic","id":"1",${keys},"k19999":0}`)).toBe('json-duplicate-key');
    expect(codeOf(`{"resourceType":"Basic","id":"1",${keys},"k3":0}`)).toBe('json-duplicate-key');
  });

  test('nesting that would exhaust a recursive reader', () => {
    const deep = (levels: number) =>
      `{"resourceType":"Basic","id":"1","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(codeOf(deep(400))).toBe('accepted');
    expect(codeOf(deep(200_000))).toBe('json-malformed');
  });

  test('malformed texts of megabytes, with their places', () => {
    const long = 'a'.repeat(12_000_000);
    expect(() => parseResource(`{"a":"${long}",}`)).toThrow('(position 12000008)');
    expect(() => parseResource(`{"a":"${long}`)).toThrow('(position 5)');
    expect(() => parseResource(`{"a":"\\n\\u00e9\\x"}`)).toThrow('(position 5)');
    expect(() => parseResource('['.repeat(100_000))).toThrow('(position 100000)');
  });

  test('every text that JSON.parse refuses gets a place within it, and no other does', () => {
    const marks = fc.constantFrom('', '"', '{', ']', ',', '\\', '-', '\u0001');
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), marks, (text, at, mark) => {
        const position = at % (text.length + 1);
        const broken = text.slice(0, position) + mark + text.slice(position + 1);
        let isJson = true;
        try {
          JSON.parse(broken);
        } catch {
          isJson = false;
        }
        const place = /not valid JSON .* \(position (\d+)\)/.exec(messageOf(broken));
        expect(place === null).toBe(isJson);
        if (place !== null) expect(Number(place[1])).toBeLessThanOrEqual(broken.length);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['{"a":x}', 'line 1, column 6 (position 5)'],
    ['{"a":1,}', 'line 1, column 8 (position 7)'],
    ['{\n "a": "b\n"}', 'line 2, column 7 (position 8)'],
    ['{"a":1', 'line 1, column 7 (position 6)'],
    ['{"a":01}', 'line 1, column 6 (position 5)'],
    ['{"a" 1}', 'line 1, column 6 (position 5)'],
    ['[1 2]', 'line 1, column 4 (position 3)'],
    ['{"a":1} x', 'line 1, column 9 (position 8)'],
  ])('%j is malformed at %s', (text, place) => {
    expect(() => parseResource(text)).toThrow(place);
  });
});
