import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ERRORS, type ErrorCode, WarmfhirError } from '../../src/errors.ts';
import { historyBundle, searchsetBundle } from '../../src/fhir/bundle.ts';
import { capabilityStatement } from '../../src/fhir/capability-statement.ts';
import { operationOutcome, outcomeOfError } from '../../src/fhir/outcome.ts';
import { parseResource } from '../../src/fhir/parse-resource.ts';
import { checkResource } from '../../src/fhir/resource-check.ts';
import { stamp } from '../../src/fhir/resource-content.ts';
import { withReview } from '../../src/fhir/review-state.ts';
import { Extraction } from '../../src/fhir/search/extraction.ts';
import { SearchParameters } from '../../src/fhir/search/search-parameters.ts';
import { StructureCheck } from '../../src/fhir/structure/structure-check.ts';
import { terminologyCapabilities } from '../../src/fhir/terminology-capabilities.ts';
import { ThreadedResourceCheck } from '../../src/fhir/threaded-resource-check.ts';

const structure = new StructureCheck();
const extraction = new Extraction();
const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const PATIENT = { resourceType: 'Patient', id: '1' };

function codeOf(task: () => unknown): string {
  try {
    task();
    return 'accepted';
  } catch (error) {
    return (error as WarmfhirError).code ?? String(error);
  }
}

describe('structure', () => {
  test.each([
    ['plain', { active: true, birthDate: '1990-02-03', name: [{ family: 'A', given: ['B'] }] }, 'accepted'],
    [
      'primitive extension',
      { _birthDate: { extension: [{ url: 'http://x', valueString: 'y' }] } },
      'accepted',
    ],
    ['nulls beside extensions', { name: [{ given: [null, 'B'], _given: [{ id: 'x' }, null] }] }, 'accepted'],
    ['contained', { contained: [{ resourceType: 'Organization', id: 'o', name: 'O' }] }, 'accepted'],
    ['choice of type', { deceasedBoolean: true }, 'accepted'],
    ['white space in base64', { photo: [{ data: 'QUJD\nREVG' }] }, 'accepted'],
    ['a no-break space at the end of a code', { language: 'CHEST\u00a0' }, 'accepted'],
    ['a no-break space alone', { language: '\u00a0', name: [{ family: '\u00a0' }] }, 'accepted'],
    ['a no-break space in a uri', { implicitRules: 'http://x/\u00a0' }, 'accepted'],
    ['a space at the end of a code', { language: 'en ' }, 'resource-invalid'],
    ['two spaces in a code', { language: 'a  b' }, 'resource-invalid'],
    ['a tab in a code', { language: 'a\tb' }, 'resource-invalid'],
    ['a space in a uri', { implicitRules: 'http://x/ y' }, 'resource-invalid'],
    ['white space alone', { name: [{ family: ' \t\n' }] }, 'resource-invalid'],
    ['unknown element', { nickname: 'x' }, 'resource-invalid'],
    ['unknown element within', { name: [{ nick: 'x' }] }, 'resource-invalid'],
    ['wrong type', { active: 'yes' }, 'resource-invalid'],
    ['object for primitive', { birthDate: {} }, 'resource-invalid'],
    ['primitive for object', { maritalStatus: 'M' }, 'resource-invalid'],
    ['single for list', { name: { family: 'A' } }, 'resource-invalid'],
    ['list for single', { birthDate: ['1990-01-01'] }, 'resource-invalid'],
    ['bad date', { birthDate: '1990-02-31' }, 'resource-invalid'],
    ['empty list', { name: [] }, 'resource-invalid'],
    ['empty object', { name: [{}] }, 'resource-invalid'],
    ['null', { active: null }, 'resource-invalid'],
    ['empty string', { language: '' }, 'resource-invalid'],
    ['missing element', { communication: [{ preferred: true }] }, 'resource-invalid'],
    ['contained of unknown type', { contained: [{ resourceType: 'Nothing' }] }, 'resource-invalid'],
    ['contained without type', { contained: [{ id: 'x' }] }, 'resource-invalid'],
    ['contained that is none', { contained: ['x', 7, null] }, 'resource-invalid'],
    ['bad base64', { photo: [{ data: 'QUJ*' }] }, 'resource-invalid'],
    [
      'resource in a Bundle without type',
      { resourceType: 'Bundle', type: 'batch', entry: [{ resource: { id: 'x' } }] },
      'resource-invalid',
    ],
    ['a type within that is no text', { contained: [{ resourceType: {} }] }, 'resource-invalid'],
    ['a resource where a data type belongs', { name: [{ resourceType: 'Patient' }] }, 'resource-invalid'],
    ['an abstract type', { contained: [{ resourceType: 'DomainResource' }] }, 'resource-invalid'],
    ["a member named like those of JavaScript's objects", { constructor: 'x' }, 'resource-invalid'],
    ['__proto__', JSON.parse('{"__proto__":{"a":1}}'), 'resource-invalid'],
    ['such a member within', { name: [{ family: 'x', toString: 'y' }] }, 'resource-invalid'],
    ['number for object', { name: [1] }, 'resource-invalid'],
    ['list within a list', { name: [[{ family: 'x' }]] }, 'resource-invalid'],
    ['list of no list', { _active: [{ id: 'x' }], active: true }, 'resource-invalid'],
    ['extension of what is no primitive', { _name: [{ id: 'x' }] }, 'resource-invalid'],
    ['extension that is no list', { name: [{ given: ['a'], _given: { id: 'x' } }] }, 'resource-invalid'],
    ['null without a partner', { name: [{ given: ['a', null] }] }, 'resource-invalid'],
    [
      'null in both lists',
      { name: [{ given: ['a', null], _given: [{ id: 'x' }, null] }] },
      'resource-invalid',
    ],
    ['two variants of a choice', { deceasedBoolean: true, deceasedDateTime: '2000' }, 'resource-invalid'],
    [
      'variants in value and extension',
      { deceasedBoolean: true, _deceasedDateTime: { id: 'x' } },
      'resource-invalid',
    ],
    [
      'value and extension of one variant',
      { deceasedBoolean: true, _deceasedBoolean: { id: 'x' } },
      'accepted',
    ],
    ['a variant that R4 does not have', { deceasedString: 'x' }, 'resource-invalid'],
    ['time without zone', { deceasedDateTime: '2000-01-01T10:00:00' }, 'resource-invalid'],
    ['time without minutes', { deceasedDateTime: '2000-01-01T10' }, 'resource-invalid'],
    ['time with zone', { deceasedDateTime: '2000-01-01T10:00:00.125+14:00' }, 'accepted'],
    ['instant with half a zone', { meta: { lastUpdated: '2000-01-01T10:00:00+' } }, 'resource-invalid'],
    ['integer with a fraction', { multipleBirthInteger: 1.5 }, 'resource-invalid'],
    ['integer out of range', { multipleBirthInteger: 1e12 }, 'resource-invalid'],
  ])('%s: %j is %s', (_name, members, expected) => {
    expect(codeOf(() => structure.require({ ...PATIENT, ...members }))).toBe(expected);
  });

  test('names the places of the first problems', () => {
    expect(() => structure.require({ ...PATIENT, active: 'yes', nickname: 'x' })).toThrow(
      /Patient\.active: .*boolean.*Patient\.nickname: .*additional property/,
    );
  });

  test('carries each problem with its place', () => {
    try {
      structure.require({ ...PATIENT, name: [{ given: ['A', 7] }], 'odd key "': 1 });
      expect.unreachable();
    } catch (error) {
      expect((error as WarmfhirError).issues).toEqual([
        {
          diagnostics: 'Patient.name[0].given[1]: Invalid JSON type: expected string, but got number',
          expression: 'Patient.name[0].given[1]',
        },
        { diagnostics: 'Patient: Invalid additional property "odd key \\""', expression: 'Patient' },
      ]);
      expect(JSON.parse(outcomeOfError(error as WarmfhirError)).issue).toHaveLength(2);
      structure.require(JSON.parse(outcomeOfError(error as WarmfhirError)));
    }
  });

  test.each([
    ['a million wrong items', { name: Array(1_000_000).fill(1) }],
    ['a million wrong texts', { name: [{ given: Array(1_000_000).fill(' ') }] }],
    ['a long name of a member with many values', { ['k'.repeat(1_000_000)]: Array(20_000).fill({ a: 1 }) }],
  ])('%s: stops early and says so in few words', (_name, members) => {
    try {
      structure.require({ ...PATIENT, ...members });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'resource-invalid' });
      expect((error as WarmfhirError).detail.length).toBeLessThan(1000);
      expect((error as WarmfhirError).issues.length).toBeLessThanOrEqual(5);
    }
  });

  test('megabytes of base64, with and without line breaks', () => {
    const binary = (data: string) => ({ resourceType: 'Binary', id: '1', contentType: 'x/y', data });
    structure.require(binary('QUJD'.repeat(2_000_000)));
    structure.require(binary(`${'QUJD'.repeat(19)}\n`.repeat(100_000)));
    expect(codeOf(() => structure.require(binary(`${'QUJD'.repeat(2_000_000)}*`)))).toBe('resource-invalid');
  });

  test('whatever JSON it is given, it accepts or refuses', () => {
    const names = [
      'resourceType',
      'name',
      'given',
      '_given',
      'contained',
      'extension',
      'valueString',
      'meta',
    ];
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(null, '', ' ', 'Patient', 0, Number.POSITIVE_INFINITY, true, '2000-01-01', {}, []),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names, 'hasOwnProperty', '__proto__'), tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(
        fc.constantFrom('Patient', 'Bundle', 'Parameters', 'Observation'),
        value,
        (type, members) => {
          const resource = { ...(members as object), resourceType: type };
          expect(['accepted', 'resource-invalid']).toContain(codeOf(() => structure.require(resource)));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('the check of a body', () => {
  const put = { type: 'Patient', id: '1', assignId: false };
  test.each([
    [put, PATIENT, 'accepted'],
    [put, { ...PATIENT, id: '2' }, 'resource-mismatch'],
    [put, { resourceType: 'Patient' }, 'resource-mismatch'],
    [put, { ...PATIENT, id: 1 }, 'resource-mismatch'],
    [put, { ...PATIENT, id: '../1' }, 'resource-mismatch'],
    [put, { ...PATIENT, resourceType: 'Nothing' }, 'resource-mismatch'],
    [put, { id: '1' }, 'body-invalid'],
    [put, { ...PATIENT, resourceType: 'Basic' }, 'resource-mismatch'],
    [{ ...put, assignId: true }, { resourceType: 'Patient', id: '#illegal' }, 'accepted'],
    [put, Buffer.from([0x7b, 0xff, 0x7d]), 'encoding-invalid'],
    [put, '{"resourceType":"Patient","id":"1","id":"1"}', 'json-duplicate-key'],
    [put, '{', 'json-malformed'],
  ])('%j %j: %s', (expected, body, code) => {
    const raw = Buffer.isBuffer(body) ? body : bytes(body);
    expect(codeOf(() => checkResource(raw, expected, structure, extraction))).toBe(code);
  });

  test('gives the same answers on its thread', async () => {
    const check = new ThreadedResourceCheck();
    try {
      const content = await check.check(bytes({ ...PATIENT, multipleBirthInteger: 1 }), put);
      expect(content).toEqual(
        checkResource(bytes({ ...PATIENT, multipleBirthInteger: 1 }), put, structure, extraction),
      );
      await expect(check.check(bytes({ ...PATIENT, x: 1 }), put)).rejects.toMatchObject({
        code: 'resource-invalid',
        issues: [{ expression: 'Patient.x' }],
      });
      const large = { ...PATIENT, text: { status: 'generated', div: `<div>${'x'.repeat(300_000)}</div>` } };
      expect(await check.check(bytes(large), put)).toEqual(
        checkResource(bytes(large), put, structure, extraction),
      );
      await expect(check.check(bytes('{'), put)).rejects.toMatchObject({ code: 'json-malformed' });
    } finally {
      await check.close();
    }
  });
});

describe('what the server itself says is valid FHIR', () => {
  const valid = (text: string) => structure.require(JSON.parse(text) as Record<string, unknown>);
  const json = withReview(stamp(parseResource(JSON.stringify(PATIENT)).content, 1, 0), 0);
  const links = [{ relation: 'self', url: 'http://localhost/fhir/Patient?x="1"' }];

  test.each([false, true])('capability statement, normative: %s', (normative) => {
    const statement = capabilityStatement({
      version: '1',
      url: 'http://localhost/fhir',
      date: '2026-01-01T00:00:00Z',
      searchParameters: new SearchParameters(),
      normative,
      capabilities: [
        { interactions: ['read'], support: { conditionalRead: 'full-support' } },
        {
          systemInteractions: ['batch'],
          operations: [
            {
              name: 'meta',
              definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta',
              level: 'system',
            },
            { name: 'review', definition: '/OperationDefinition/review', level: 'resource' },
          ],
        },
      ],
    });
    valid(JSON.stringify(statement));
  });

  test('terminology capabilities', () => {
    const server = { version: '1', url: 'http://localhost/fhir', date: '2026-01-01T00:00:00Z' };
    valid(JSON.stringify(terminologyCapabilities(server)));
  });

  test('searchset Bundles, also empty ones and with an outcome', () => {
    const outcome = operationOutcome({ severity: 'warning', code: 'not-supported', diagnostics: 'x' });
    valid(searchsetBundle({ links, total: 0, entries: [] }));
    valid(
      searchsetBundle({
        links,
        entries: [{ fullUrl: 'http://localhost/fhir/Patient/1', json, mode: 'include' }],
        outcome,
      }),
    );
  });

  test('history Bundles with a delete', () => {
    const entry = {
      fullUrl: 'http://localhost/fhir/Patient/1',
      url: 'Patient/1',
      etag: 'W/"1"',
      lastModified: '2026-01-01T00:00:00Z',
    };
    valid(
      historyBundle({
        links,
        total: 2,
        entries: [
          { ...entry, method: 'DELETE', status: '204' },
          { ...entry, method: 'PUT', status: '200', json },
        ],
      }),
    );
  });

  test('outcomes of every error, and nothing of an internal one', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) valid(outcomeOfError(new WarmfhirError(code)));
    expect(outcomeOfError(new WarmfhirError('internal', 'at secret (file.ts:1)'))).not.toContain('secret');
  });
});

const DATA = fileURLToPath(new URL('../../../shared/data', import.meta.url));

function linesOf(folder: string, file: string): string[] {
  return gunzipSync(readFileSync(`${DATA}/${folder}/${file}`))
    .toString()
    .split('\n')
    .filter(Boolean);
}

describe.skipIf(!existsSync(DATA))('real data (skipped without ../shared/data)', () => {
  const files = (folder: string) =>
    readdirSync(`${DATA}/${folder}`).filter((name) => name.endsWith('.ndjson.gz'));

  test('accepts Synthea resources of every type', () => {
    for (const file of files('synthea-small')) {
      for (const line of linesOf('synthea-small', file).slice(0, 40))
        structure.require(parseResource(line).value);
    }
  });

  test("refuses only those of HL7's examples that break R4's own rules", () => {
    const refused = new Map<string, string>();
    for (const file of files('hl7-examples')) {
      // The largest value sets take seconds each and say nothing new about structure.
      for (const line of linesOf('hl7-examples', file).filter(
        (each) => each.length < 100_000 || /ImplementationGuide|v2-0550/.test(each.slice(0, 200)),
      )) {
        try {
          structure.require(parseResource(line).value);
        } catch (error) {
          const { resourceType, id } = JSON.parse(line) as { resourceType: string; id: string };
          refused.set(`${resourceType}/${id}`, (error as WarmfhirError).code);
        }
      }
    }
    const parameters = [...refused.keys()].filter((key) => key.startsWith('SearchParameter/'));
    // docs/fhir.md lists the same. Ten search parameters for extensions have no `base`, which is mandatory; one id is longer than
    // 64 characters.
    expect(parameters).toHaveLength(11);
    expect([...refused.keys()].filter((key) => !parameters.includes(key)).sort()).toEqual([
      'ImplementationGuide/fhir', // neither name nor status
      'Questionnaire/qs1', // items without linkId
    ]);
  });
});
