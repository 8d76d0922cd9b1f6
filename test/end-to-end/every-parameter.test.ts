import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RESOURCE_TYPES } from '../../src/fhir/resource-type.ts';
import { Extraction } from '../../src/fhir/search/extraction.ts';
import { isFollowed } from '../../src/fhir/search/followed-reference.ts';
import type { IndexedValues } from '../../src/fhir/search/indexed-values.ts';
import type { SearchParameter } from '../../src/fhir/search/search-parameter.ts';
import { SearchParameters, shapeOf } from '../../src/fhir/search/search-parameters.ts';
import { ValueKindsOf } from '../../src/fhir/search/value-kinds.ts';
import { RunningServer } from '../api/running-server.ts';

const EXAMPLES = fileURLToPath(new URL('../../../shared/data/hl7-examples', import.meta.url));
const PER_TYPE = 4;
/** An instant that no example has: an end of a range that is open. */
const OPEN = 8e15;

type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string; readonly id: string };

const parameters = new SearchParameters();
const kinds = new ValueKindsOf(parameters.definitions);
const extraction = new Extraction(parameters);

function examples(): Resource[] {
  if (!existsSync(EXAMPLES)) return [];
  return readdirSync(EXAMPLES)
    .filter((name) => name.endsWith('.ndjson.gz'))
    .flatMap((file) =>
      gunzipSync(readFileSync(`${EXAMPLES}/${file}`))
        .toString()
        .split('\n')
        .filter((line) => line !== '' && line.length < 30_000)
        .slice(0, PER_TYPE)
        .map((line) => JSON.parse(line) as Resource),
    );
}

const held = examples();

/** A value that a parameter takes. */
function sampleValue({
  type,
  code,
  targets,
  components,
}: Pick<SearchParameter, 'type' | 'code' | 'targets' | 'components'>): string {
  switch (type) {
    case 'date':
      return 'ge2000-01-01';
    case 'number':
      return 'gt0.5';
    case 'quantity':
      return 'lt5.4|http://unitsofmeasure.org|mg';
    case 'reference':
      return `${targets[0] ?? 'Patient'}/1`;
    case 'uri':
      return 'http://example.org/x';
    case 'composite':
      return components
        .map((part) => sampleValue({ type: part.type, code, targets: [], components: [] }))
        .join('$');
    case 'special':
      return '42.25|-83.69|10|km';
    default:
      // A token that truth values take too.
      return 'true';
  }
}

/** Parameters of a search, each with a value that a resource has. */
function ownValues({ resourceType }: Resource, indexed: IndexedValues): [name: string, value: string][] {
  const code = (number: number) => parameters.ofNumber(number)!.code;
  const escaped = (text: string) => text.replace(/[\\,$|]/g, (mark) => `\\${mark}`);
  const instant = (at: number) => new Date(at).toISOString();
  return [
    ...indexed.token
      .filter(([, system, value]) => system !== '' || value !== '')
      .map(([number, system, value]): [string, string] => [
        code(number),
        system === '' ? escaped(value) : `${escaped(system)}|${escaped(value)}`,
      ]),
    ...indexed.string
      .filter(([, folded, exact]) => folded !== '' && exact.length < 500)
      .map(([number, , exact]): [string, string] => [`${code(number)}:exact`, escaped(exact)]),
    ...indexed.date
      .filter(([, from]) => Math.abs(from) < OPEN)
      .map(([number, from]): [string, string] => [code(number), `ge${instant(from)}`]),
    ...indexed.number.map(([number, from]): [string, string] => [code(number), `ge${from}`]),
    ...indexed.reference
      .filter(([, type, id]) => type !== '' && id !== '')
      .map(([number, type, id, base, version]): [string, string] => [
        code(number),
        `${base === '' ? '' : `${base}/`}${type}/${id}${version === '' ? '' : `/_history/${version}`}`,
      ]),
    ...indexed.uri.map(([number, uri]): [string, string] => [code(number), escaped(uri)]),
  ].filter(([name]) => resourceType !== '' && name !== '');
}

describe("every search parameter, on HL7's examples where they are there", () => {
  let running: RunningServer;
  beforeAll(async () => {
    running = await new RunningServer().start(held, 'acme');
  });
  afterAll(() => running.stop());

  const search = (type: string, query: [string, string][]) =>
    running.send(`/tenants/acme/fhir/${type}?${new URLSearchParams(query)}`);

  async function requireAnswer(type: string, query: [string, string][]): Promise<void> {
    const { status, text } = await search(type, query);
    if (status !== 200) expect.fail(`${type}?${new URLSearchParams(query)} is a ${status}: ${text}`);
  }

  test.each(RESOURCE_TYPES)('%s: each can be asked for, be missing, sort and include', async (type) => {
    for (const parameter of parameters.ofType(type).values()) {
      const { code } = parameter;
      if (shapeOf(parameter) === undefined) continue;
      await requireAnswer(type, [[code, sampleValue(parameter)]]);
      await requireAnswer(type, [[`${code}:missing`, 'false']]);
      if (!['composite', 'special'].includes(parameter.type)) await requireAnswer(type, [['_sort', code]]);
      if (parameter.type !== 'reference') continue;
      const include: [string, string][] = [['_include', `${type}:${code}`]];
      if (isFollowed(parameter, kinds)) await requireAnswer(type, include);
      else expect((await search(type, include)).json.issue[0].code).toBe('not-supported');
    }
  });

  test.skipIf(held.length === 0)(
    'each resource is found by each of its values (skipped without ../shared/data)',
    async () => {
      const lost: string[] = [];
      let asked = 0;
      for (const resource of held) {
        for (const query of ownValues(resource, extraction.indexedValues(resource)).slice(0, 40)) {
          asked++;
          const { status, json } = await search(resource.resourceType, [['_id', resource.id], query]);
          if (status !== 200 || json.total !== 1)
            lost.push(`${resource.resourceType}/${resource.id}: ${query.join('=')}`);
        }
      }
      expect(lost).toEqual([]);
      expect(asked).toBeGreaterThan(1000);
    },
  );
});
