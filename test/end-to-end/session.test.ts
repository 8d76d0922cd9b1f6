import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliProcess, runCli, startServe } from '../command/run-cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { HttpSession } from './http-session.ts';
import { HAS_REAL_DATA, sourceFolder } from './real-source.ts';

const folder = temporaryFolder();
const data = folder.at('data');
const store = `sqlite:${data}`;
let source: string;
let server: CliProcess;
let http: HttpSession;

async function serve(...args: readonly string[]): Promise<void> {
  const started = await startServe('--store', store, ...args);
  server = started.server;
  http = new HttpSession(started.url);
}

async function stop(): Promise<void> {
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
}

function sha256(name: string): string {
  return createHash('sha256')
    .update(readFileSync(join(data, name)))
    .digest('hex');
}

function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

beforeAll(async () => {
  source = await sourceFolder(folder);
});

afterAll(() => {
  server?.child.kill('SIGKILL');
  folder[Symbol.dispose]();
});

// Each test goes on where the one before it ended: one session of one installation.
describe(`a session on ${HAS_REAL_DATA ? 'Synthea data' : 'the sample (../shared/data is absent)'}`, () => {
  let encounter: string;
  let patient: string;
  let master: string;

  test('a server without a master says so, and serves by itself once there is one', async () => {
    await serve();
    for (const path of ['/encounters', '/tenants/acme/fhir/Patient', '/tenants']) {
      const answer = await http.call(path, { tenant: 'acme' });
      expect([path, answer.status, answer.headers.get('retry-after')]).toEqual([path, 503, '5']);
    }
    expect((await http.warmUp('acme')).status).toBe(503);
    expect((await http.call('/all-good')).status).toBe(503);
    expect((await http.call('/hello')).json).toMatchObject({ message: 'Hello, World!', status: 'success' });
    const { code, stdout } = await runCli(['ingest', source, '--store', store, '--log-level', 'warn']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Generation 1 is ready')]);
    await http.until('/all-good', 200);
    const { json } = await http.call('/health');
    expect(json).toMatchObject({ generation: expect.anything() });
    master = sha256('default.g1.db');
  });

  test('a second ingest says that there is nothing to do and touches nothing', async () => {
    const { code, stdout } = await runCli(['ingest', source, '--store', store]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/ready/)]);
    expect(sha256('default.g1.db')).toBe(master);
  });

  test('cold tenants are told to warm up, on both faces', async () => {
    const plain = await http.call('/encounters', { tenant: 'acme' });
    expect([plain.status, plain.json]).toEqual([
      503,
      {
        error: 'tenant-cold',
        message: expect.stringContaining('POST /warm-up-tenant'),
        tenant: 'acme',
        status: 'cold',
      },
    ]);
    expect(plain.headers.get('retry-after')).toBeTruthy();
    const fhir = await http.call('/tenants/acme/fhir/Patient');
    expect([fhir.status, fhir.json.resourceType, fhir.json.issue[0].code]).toEqual([
      503,
      'OperationOutcome',
      'transient',
    ]);
  });

  test('three tenants warm up and own no file', async () => {
    for (const tenant of ['acme', 'birch', 'cedar']) {
      const { status, json } = await http.warmUp(tenant);
      expect([status, json]).toEqual([
        200,
        {
          ...{ tenant, status: 'warm', collection: `tenant_${tenant}`, generation: 1, created: true },
          ...{ warmedAt: expect.any(String), coldAt: expect.any(String), warmUpMs: expect.any(Number) },
        },
      ]);
    }
    expect((await http.warmUp('acme')).json.created).toBe(false);
    expect(existsSync(join(data, 'tenants'))).toBe(false);
  });

  test('1,000 concurrent warm-ups make one tenant', async () => {
    const answers = await Promise.all(Array.from({ length: 1000 }, () => http.warmUp('crowd')));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    expect(answers.filter(({ json }) => json.created)).toHaveLength(1);
  });

  test('both faces list the same data', async () => {
    const bundle = (await http.call('/tenants/acme/fhir/Encounter?_count=5')).json;
    const list = (await http.call('/encounters?count=5&page=2', { tenant: 'acme' })).json;
    expect(bundle.total).toBe(list.pagination.totalItems);
    expect(list.pagination).toMatchObject({ page: 2, count: 5, hasNext: true });
    expect(list.data).toHaveLength(5);
    expect(Object.keys(list.data[0]).slice(0, 4)).toEqual(['_id', 'reviewed', 'reviewTime', 'resourceType']);
    encounter = list.data[0].id;
    patient = (await http.call('/patients?count=1', { tenant: 'acme' })).json.data[0].id;
    const counts = (await http.call('/review-summary', { tenant: 'acme' })).text;
    expect(counts).toContain('Encounter');
  });

  test('walking the pages of a search shows every document once', async () => {
    const ids = new Set<string>();
    let path: string | undefined = '/tenants/acme/fhir/Patient?_count=37';
    let seen = 0;
    while (path !== undefined) {
      const bundle: {
        entry: { resource: { id: string } }[];
        link: { relation: string; url: string }[];
        total: number;
      } = (await http.call(path)).json;
      for (const { resource } of bundle.entry) ids.add(resource.id);
      seen += bundle.entry.length;
      path = bundle.link.find(({ relation }) => relation === 'next')?.url.slice(http.url.length);
      if (path === undefined) expect([ids.size, seen]).toEqual([bundle.total, bundle.total]);
    }
  });

  test('a review is in the document, on both faces, in that tenant alone', async () => {
    const review = await http.call('/review-request', {
      tenant: 'acme',
      body: { entity: 'encounter', id: encounter },
    });
    expect([review.status, review.json]).toEqual([
      200,
      { _id: `Encounter/${encounter}`, reviewed: true, reviewTime: expect.any(String) },
    ]);
    const plain = (await http.call(`/encounters/${encounter}`, { tenant: 'acme' })).json;
    expect(plain).toMatchObject({ reviewed: true, reviewTime: review.json.reviewTime });
    const fhir = (await http.call(`/tenants/acme/fhir/Encounter/${encounter}`)).json;
    expect(fhir.meta.tag).toContainEqual({ system: 'urn:warmfhir:review', code: 'reviewed' });
    expect((await http.call('/tenants/acme/fhir/Encounter?reviewed=true')).json.total).toBe(1);
    expect((await http.call(`/encounters/${encounter}`, { tenant: 'birch' })).json.reviewed).toBe(false);
    expect((await http.call('/tenants/birch/fhir/Encounter?reviewed=true')).json.total).toBe(0);
  });

  test('an update clears the review; history keeps every version', async () => {
    const url = `/tenants/acme/fhir/Encounter/${encounter}`;
    const before = await http.call(url);
    const body = before.text.replace('"status":"finished"', '"status":"in-progress"');
    const stale = await http.call(url, { method: 'PUT', body, headers: { 'If-Match': 'W/"1"' } });
    expect(stale.status).toBe(412);
    const updated = await http.call(url, {
      method: 'PUT',
      body,
      headers: { 'If-Match': before.headers.get('etag')! },
    });
    expect([updated.status, updated.headers.get('etag')]).toEqual([200, 'W/"3"']);
    expect(updated.text).not.toContain('urn:warmfhir:review');
    const history = (await http.call(`${url}/_history`)).json;
    expect(
      history.entry.map(
        (entry: { resource: { meta: { versionId: string } } }) => entry.resource.meta.versionId,
      ),
    ).toEqual(['3', '2', '1']);
    const original = await http.call(`${url}/_history/1`);
    expect(original.text).toBe((await http.call(`/tenants/birch/fhir/Encounter/${encounter}`)).text);
  });

  test('a delete hides the document in that tenant alone, and the same id lives on in the others', async () => {
    const url = `/tenants/birch/fhir/Patient/${patient}`;
    expect((await http.call(url, { method: 'DELETE' })).status).toBe(204);
    expect((await http.call(url)).status).toBe(410);
    expect((await http.call(`/patients/${patient}`, { tenant: 'birch' })).status).toBe(410);
    expect((await http.call(`/tenants/acme/fhir/Patient/${patient}`)).status).toBe(200);
    const totals = await Promise.all(
      ['acme', 'birch'].map(
        async (tenant) => (await http.call(`/tenants/${tenant}/fhir/Patient?_count=0`)).json.total,
      ),
    );
    expect(totals[0] - totals[1]).toBe(1);
    const created = await http.call('/tenants/birch/fhir/Patient', {
      body: { resourceType: 'Patient', active: true },
    });
    expect(created.status).toBe(201);
    const location = new URL(created.headers.get('location')!).pathname.replace(/\/_history.*/, '');
    expect((await http.call(location)).json.active).toBe(true);
    expect((await http.call(location.replace('birch', 'acme'))).status).toBe(404);
    expect(sha256('default.g1.db')).toBe(master);
  });

  test('a tenant that is cooled down is cold, and loses nothing', async () => {
    const reviewed = await http.call(`/encounters/${encounter}`, { tenant: 'acme' });
    expect((await http.call('/cool-down-tenant', { method: 'POST', tenant: 'acme' })).status).toBe(200);
    expect((await http.call(`/encounters/${encounter}`, { tenant: 'acme' })).status).toBe(503);
    expect((await http.warmUp('acme')).json.created).toBe(false);
    expect((await http.call(`/encounters/${encounter}`, { tenant: 'acme' })).text).toBe(reviewed.text);
  });

  test('warmth and changes survive a restart', async () => {
    const before = await http.call(`/tenants/acme/fhir/Encounter/${encounter}`);
    await stop();
    await serve();
    await http.until('/all-good', 200);
    expect((await http.call(`/tenants/acme/fhir/Encounter/${encounter}`)).text).toBe(before.text);
    expect((await http.call(`/tenants/birch/fhir/Patient/${patient}`)).status).toBe(410);
    const { json } = await http.call('/tenant-status', { tenant: 'birch' });
    expect(json).toMatchObject({ tenant: 'birch', status: 'warm', generation: 1, documentsChanged: 2 });
  });

  test('a new generation is built while tenants are served, and only new tenants get it', async () => {
    const forced = runCli(['ingest', source, '--store', store, '--force', '--log-level', 'warn']);
    let served = 0;
    let running = true;
    const ended = forced.finally(() => {
      running = false;
    });
    while (running) {
      expect((await http.call(`/tenants/acme/fhir/Encounter/${encounter}`)).status).toBe(200);
      served++;
    }
    expect((await ended).code).toBe(0);
    expect(served).toBeGreaterThan(10);
    expect((await http.warmUp('newcomer')).json.generation).toBe(2);
    expect((await http.warmUp('acme')).json.generation).toBe(1);
    const fresh = (await http.call('/tenants/newcomer/fhir/Patient?_count=1')).json.entry[0].resource;
    expect(fresh.meta.versionId).toBe('1000001');
    expect(sha256('default.g1.db')).toBe(master);
    const pinned = await runCli(['generation', 'prune', '1', '--store', store]);
    expect([pinned.code, pinned.stderr]).toEqual([expect.any(Number), expect.stringMatching(/pinned/)]);
    expect(pinned.code).not.toBe(0);
  });

  test('a deleted tenant leaves no byte behind, while the server runs', async () => {
    const marker = 'unmistakable-marker-text';
    const body = { resourceType: 'Basic', id: 'm', code: { text: marker } };
    expect((await http.call('/tenants/cedar/fhir/Basic/m', { method: 'PUT', body })).status).toBe(201);
    const holds = (text: string) => filesBelow(data).filter((file) => readFileSync(file).includes(text));
    expect(holds(marker)).not.toEqual([]);
    const { code } = await runCli(['tenant', 'delete', 'cedar', '--yes', '--store', store]);
    expect(code).toBe(0);
    expect(holds(marker)).toEqual([]);
    expect(holds('cedar')).toEqual([]);
    expect((await http.call('/tenants/cedar/fhir/Basic/m')).status).toBe(503);
    expect((await http.warmUp('cedar')).json.created).toBe(true);
    expect((await http.call('/tenants/cedar/fhir/Basic/m')).status).toBe(404);
  });

  test('a tenant that nobody asks for goes cold', async () => {
    await stop();
    await serve('--idle-timeout', '1ms');
    await http.until('/all-good', 200);
    await http.warmUp('acme');
    // Any later millisecond will do.
    await http.until('/tenants/acme/fhir/Patient', 503);
    await stop();
  });

  test('a damaged master is refused, naming the file', async () => {
    const { writeFileSync } = await import('node:fs');
    const path = join(data, 'default.g2.db');
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length / 2, bytes.length / 2 + 100);
    writeFileSync(path, bytes);
    const { code, stderr } = await runCli(['serve', '--store', store, '--port', '0', '--log-level', 'error']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^warmfhir: [^\n]*default\.g2\.db[^\n]*damaged[^\n]*\n$/);
  });
});
