import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProcess, sampleStore, startServe } from '../command/run-cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { HttpSession } from './http-session.ts';

const EXAMPLES = fileURLToPath(new URL('../../../shared/data/hl7-examples', import.meta.url));

// Without the folder one skipped test is left to say so.
const FILES = existsSync(EXAMPLES)
  ? readdirSync(EXAMPLES).filter((name) => name.endsWith('.ndjson.gz'))
  : ['none'];

/** Of types with very many definitions every fifth is put; the largest Bundles say nothing new. All have been put once. */
const MANY = 500;
const LARGE = 1_000_000;

/** What R4's own rules refuse, and why; docs/fhir.md lists the same, with what is too large. */
const REFUSED: ReadonlyMap<string, RegExp> = new Map([
  ['ImplementationGuide/fhir', /name: Missing required property/],
  ['Questionnaire/qs1', /linkId: Missing required property/],
  // For extensions that are not part of R4.
  ...['author', 'effective', 'end', 'keyword', 'workflow'].flatMap((name): [string, RegExp][] => [
    [`SearchParameter/codesystem-extensions-CodeSystem-${name}`, /base: Missing required property/],
    [`SearchParameter/valueset-extensions-ValueSet-${name}`, /base: Missing required property/],
  ]),
  [
    'SearchParameter/questionnaireresponse-extensions-QuestionnaireResponse-item-subject',
    /1 to 64 characters/,
  ],
]);

/** JSON text without id and meta and with sorted members; numbers as they are written. */
function comparable(text: string): string {
  const exact = JSON.parse(text, (_key, value, context?: { source: string }) => {
    if (typeof value === 'number') return `number ${context!.source}`;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  delete exact.id;
  delete exact.meta;
  return JSON.stringify(exact);
}

function linesOf(file: string): string[] {
  const lines = gunzipSync(readFileSync(`${EXAMPLES}/${file}`))
    .toString()
    .split('\n')
    .filter(Boolean);
  const isRefused = (line: string) => {
    const { resourceType, id } = JSON.parse(line.length < LARGE ? line : '{}');
    return REFUSED.has(`${resourceType}/${id}`);
  };
  return lines
    .filter((line, index) => lines.length < MANY || index % 5 === 0 || isRefused(line))
    .filter((line) => line.length < LARGE);
}

describe.skipIf(!existsSync(EXAMPLES))("HL7's examples (skipped without ../shared/data)", () => {
  const folder = temporaryFolder();
  let server: CliProcess;
  let http: HttpSession;

  beforeAll(async () => {
    const started = await startServe('--store', await sampleStore(folder));
    server = started.server;
    http = new HttpSession(started.url);
    await http.until('/all-good', 200);
    await http.warmUp('acme');
  });

  afterAll(() => {
    server.child.kill('SIGKILL');
    folder[Symbol.dispose]();
  });

  async function putAndRead(line: string): Promise<void> {
    const { resourceType, id } = JSON.parse(line);
    const key = `${resourceType}/${id}`;
    const url = `/tenants/acme/fhir/${key}`;
    const put = await http.call(url, { method: 'PUT', body: line });
    const reason = REFUSED.get(key);
    if (reason !== undefined) {
      expect([key, put.status >= 400 && put.status < 500, put.text]).toEqual([
        key,
        true,
        expect.stringMatching(reason),
      ]);
      return;
    }
    expect([key, put.status, put.status === 201 ? '' : put.text]).toEqual([key, 201, '']);
    // As text: thousands of differences would take minutes to show.
    // Otherwise a Binary would be its content.
    const { text } = await http.call(url, { headers: { accept: 'application/fhir+json' } });
    if (comparable(text) !== comparable(line)) expect.fail(`${key} is not as it was put`);
  }

  test.each(FILES)('%s: what is put is what is read', async (file) => {
    const lines = linesOf(file);
    const work = Array.from({ length: 8 }, async (_, worker) => {
      for (let at = worker; at < lines.length; at += 8) await putAndRead(lines[at]!);
    });
    await Promise.all(work);
  });
});
