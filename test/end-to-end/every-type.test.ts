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

  test.each(FILES)('%s: what is put is what is read', async (file) => {
    const lines = gunzipSync(readFileSync(`${EXAMPLES}/${file}`))
      .toString()
      .split('\n')
      .filter(Boolean);
    const small = lines.filter((line) => line.length < 200_000).slice(0, 12);
    await Promise.all(
      small.map(async (line) => {
        const { resourceType, id } = JSON.parse(line);
        const url = `/tenants/acme/fhir/${resourceType}/${id}`;
        const put = await http.call(url, { method: 'PUT', body: line });
        // What R4's own rules refuse is listed in the test of the structure check.
        if (put.status === 422) return;
        expect([url, put.status]).toEqual([url, 201]);
        expect(comparable((await http.call(url)).text)).toBe(comparable(line));
      }),
    );
  });
});
