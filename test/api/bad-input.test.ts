import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WarmfhirError } from '../../src/errors.ts';
import type { Log } from '../../src/log.ts';
import { hospital, patient } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;
const logged: { readonly level: string; readonly fields: object }[] = [];
const log: Log = {
  debug() {},
  info() {},
  warn: (fields) => logged.push({ level: 'warn', fields }),
  error: (fields) => logged.push({ level: 'error', fields }),
};

beforeAll(async () => {
  running = await new RunningServer({ log }).start(hospital, 'acme');
});
afterAll(() => running.stop());

const FHIR_JSON = { 'content-type': 'application/fhir+json' };
const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
const put = (body: string | Uint8Array, headers: Record<string, string> = FHIR_JSON) =>
  at('/fhir/Patient/p1', { method: 'PUT', body, headers });

describe('a body', () => {
  it.each([
    ['/fhir/Patient/p1', 'PUT'],
    ['/fhir/Patient', 'POST'],
    ['/review-request', 'POST'],
    ['/nothing', 'POST'],
  ])('over the limit is a 413 at %s', async (path, method) => {
    const body = JSON.stringify({ ...patient('p1'), text: 'x'.repeat(1_000_000) });
    const { status, text } = await at(path, { method, body, headers: FHIR_JSON });
    expect(status).toBe(413);
    expect(text).toContain('1000000 bytes');
  });

  it('over the limit without a declared length is a 413 too', async () => {
    const text = await running.sendBytes(
      'PUT /fhir/Patient/p1 HTTP/1.1\r\nHost: x\r\nX-Tenant-ID: acme\r\nContent-Type: application/fhir+json\r\n' +
        `Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${`10000\r\n${'x'.repeat(0x10000)}\r\n`.repeat(17)}0\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('OperationOutcome');
  });

  it('that is not JSON is a 400 that says where', async () => {
    const { status, json } = await put('{"resourceType":"Patient",\n  "id": p1}');
    expect(status).toBe(400);
    expect(json.issue[0].diagnostics).toMatch(/line 2, column 9/);
  });

  it.each([
    ['a key twice', '{"resourceType":"Patient","id":"p1","gender":"male","gender":"female"}'],
    ['a key twice deep inside', '{"resourceType":"Patient","id":"p1","name":[{"family":"a","family":"b"}]}'],
    ['nothing in it', ''],
    ['no object in it', '[]'],
    ['no type', '{"id":"p1"}'],
    ['invalid UTF-8', Buffer.from('{"resourceType":"Patient","id":"p1","language":"\xff"}', 'latin1')],
    ['too much nesting', `{"resourceType":"Patient","id":"p1","x":${'['.repeat(1000)}${']'.repeat(1000)}}`],
  ])('with %s is a 400', async (_what, body) => {
    const { status, json } = await put(body);
    expect(status).toBe(400);
    expect(json.resourceType).toBe('OperationOutcome');
    expect((await at('/fhir/Patient/p1')).headers.get('etag')).toBe('W/"1"');
  });

  it.each([
    'application/fhir+xml',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/fhir+json; fhirVersion=3.0',
    'json',
    ';',
  ])('of the type %s is a 415', async (type) => {
    const { status, json } = await put(JSON.stringify(patient('p1')), { 'content-type': type });
    expect(status).toBe(415);
    expect(json.resourceType).toBe('OperationOutcome');
  });

  it('of no type is a 415', async () => {
    const { status, json } = await put(Buffer.from(JSON.stringify(patient('p1'))), {});
    expect(status).toBe(415);
    expect(json.issue[0].diagnostics).toContain('Content-Type');
    const text = await running.sendBytes(
      'POST /review-request HTTP/1.1\r\nHost: x\r\nX-Tenant-ID: acme\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(text).toMatch(/^HTTP\/1\.1 415 /);
    expect(text).toContain('"error":"media-type-unsupported"');
  });

  it.each(['application/json', 'application/json; charset=UTF-8', 'application/fhir+json;fhirVersion=4.0'])(
    'of the type %s is read',
    async (type) => {
      const body = `\ufeff${JSON.stringify(patient('typed'))}`;
      const { status } = await at('/fhir/Patient/typed', {
        method: 'PUT',
        body,
        headers: { 'content-type': type },
      });
      expect([200, 201]).toContain(status);
    },
  );
});

describe('an address', () => {
  it.each(['/nothing', '/', '/encounters/1/2', '/tenants/acme', '/tenants/acme/nothing', '/fhirs/Patient/1'])(
    'with nothing at it is a 404 as JSON: %s',
    async (path) => {
      const { status, headers, json } = await at(path);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(json.error).toBe('route-not-found');
    },
  );

  it.each(['/fhir/a/b/c/d/e', '/tenants/acme/fhir/a/b/c/d', '/fhir/Patient/p1/$nothing'])(
    'with nothing at it is a 404 as OperationOutcome: %s',
    async (path) => {
      const { status, headers, json } = await at(path);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
      expect(json.resourceType).toBe('OperationOutcome');
    },
  );

  it.each([
    ['POST', '/hello', 'GET, HEAD'],
    ['DELETE', '/metrics', 'GET, HEAD'],
    ['GET', '/warm-up-tenant', 'POST'],
    ['PUT', '/tenants', 'GET, HEAD'],
    ['POST', '/encounters', 'GET, HEAD'],
    ['PUT', '/tenants/acme/encounters/e1', 'GET, HEAD'],
    ['GET', '/review-request', 'POST'],
    ['OPTIONS', '/fhir/Patient/p1', 'DELETE, GET, HEAD, PATCH, PUT'],
    ['POST', '/tenants/acme/fhir/Patient/p1', 'DELETE, GET, HEAD, PATCH, PUT'],
    ['OPTIONS', '/fhir/Patient?name=x', 'DELETE, GET, HEAD, PATCH, POST, PUT'],
    ['DELETE', '/fhir/Patient/p1/_history', 'GET, HEAD'],
    ['POST', '/fhir/metadata', 'GET, HEAD'],
    ['PUT', '/fhir/Patient/_search', 'POST'],
    ['PROPFIND', '/hello', 'GET, HEAD'],
  ])('that does not take %s is a 405: %s', async (method, path, allow) => {
    const { status, headers, text } = await running.sendAsIs(path, { 'x-tenant-id': 'acme' }, method);
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe(allow);
    expect(text).toContain(path.includes('/fhir') ? 'OperationOutcome' : '"error":"method-not-allowed"');
  });

  it.each(['/fhir/Patient/%zz', '/encounters/%', '/tenants/%ff/encounters'])(
    'that is not well-formed is a 400: %s',
    async (path) => {
      const { status, text } = await running.sendAsIs(path, { 'x-tenant-id': 'acme' });
      expect(status).toBe(400);
      expect(text).toMatch(path.startsWith('/fhir') ? /OperationOutcome/ : /"error"/);
    },
  );

  it('may end in a slash', async () => {
    expect((await at('/fhir/Patient/?_id=p1')).json.total).toBe(1);
    expect((await at('/encounters/')).status).toBe(200);
  });

  it('is no way into another folder', async () => {
    const before = readdirSync(running.folder, { recursive: true });
    for (const path of [
      '/fhir/Patient/../../../../etc/passwd',
      '/fhir/Patient/%2e%2e%2f%2e%2e%2fsystem.db',
      '/fhir/../../system.db',
      '/tenants/%2e%2e%2f%2e%2e/fhir/Patient/p1',
      '/tenants/acme%00/fhir/Patient/p1',
      '/fhir/Patient\\..\\x/p1',
      '//etc/passwd',
    ]) {
      const { status } = await running.sendAsIs(path, { 'x-tenant-id': 'acme' });
      expect([400, 404], path).toContain(status);
    }
    expect(readdirSync(running.folder, { recursive: true })).toEqual(before);
  });
});

describe('headers', () => {
  it('of a reply never carry what a client put in', async () => {
    const tenant = await running.sendAsIs('/tenants/a%0d%0aSet-Cookie:%20x/encounters');
    expect(tenant.status).toBe(400);
    expect(tenant.headers.get('set-cookie')).toBeNull();
    const id = await running.sendAsIs('/fhir/Patient/a%0d%0aSet-Cookie:%20x', { 'x-tenant-id': 'acme' });
    expect(id.status).toBe(400);
    expect(id.headers.get('set-cookie')).toBeNull();
  });

  it.each(['evil.example/"><script>', 'a b', 'user@evil.example', 'evil.example/path', 'a:port'])(
    'with the Host %s make no links',
    async (host) => {
      const search = await running.sendAsIs('/fhir/Patient', { 'x-tenant-id': 'acme', host });
      expect(search.status).toBe(400);
      expect(search.text).not.toContain('evil');
      expect((await running.sendAsIs('/fhir/Patient/p1', { 'x-tenant-id': 'acme', host })).status).toBe(200);
    },
  );

  it('with a decent Host do', async () => {
    for (const host of ['fhir.example.org', 'localhost:8080', '[::1]:8080']) {
      const { json } = await running.sendAsIs('/fhir/Patient', { 'x-tenant-id': 'acme', host });
      expect(json.link[0].url).toBe(`http://${host}/fhir/Patient`);
    }
  });

  it('that are no HTTP are refused', async () => {
    expect(await running.sendBytes('GET /hel\u0000lo HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await running.sendBytes('nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"OperationOutcome"/s);
    const long = `GET /hello HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(70_000)}\r\n\r\n`;
    expect(await running.sendBytes(long)).toMatch(/^HTTP\/1\.1 431 .*"OperationOutcome".*"too-long"/s);
  });
});

describe('failures of the server', () => {
  it('tell clients nothing but that there was one', async () => {
    const failing = await new RunningServer({ log }).start(hospital, 'acme');
    failing.tenants.list = () => Promise.reject(new TypeError('secret detail'));
    logged.length = 0;
    const { status, json } = await failing.send('/tenants');
    expect(status).toBe(500);
    expect(json).toEqual({ error: 'internal', message: 'The server failed; the log says why.' });
    expect(logged).toMatchObject([{ level: 'error', fields: { err: { message: 'secret detail' } } }]);
    failing.tenants.list = () => Promise.reject(new WarmfhirError('internal', 'Error: secret stack'));
    expect((await failing.send('/tenants')).text).not.toContain('secret');
    await failing.stop();
  });

  it('of a full disk are 503, and reads go on', async () => {
    const failing = await new RunningServer({ log }).start(hospital, 'acme');
    const lease = await failing.tenants.acquire('acme');
    const store = lease.collection.store;
    lease.release();
    store.write = () => Promise.reject(new WarmfhirError('store-full'));
    const write = await failing.send('/tenants/acme/fhir/Patient/p1', {
      method: 'PUT',
      body: patient('p1', 'New'),
    });
    expect(write.status).toBe(503);
    expect(write.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(write.json.issue[0].code).toBe('transient');
    const review = await failing.send('/review-request', {
      tenant: 'acme',
      body: { entity: 'patient', id: 'p1' },
    });
    expect([review.status, review.json.error]).toEqual([503, 'store-full']);
    const read = await failing.send('/tenants/acme/fhir/Patient/p1');
    expect([read.status, read.headers.get('etag')]).toEqual([200, 'W/"1"']);
    await failing.stop();
  });

  it('give the lease back, so that cooling does not wait for ever', async () => {
    await running.tenants.warmUp('acme');
    await at('/fhir/Patient/nobody');
    await at('/fhir/Patient?foo=1');
    await put('no json');
    expect((await at('/cool-down-tenant', { method: 'POST' })).status).toBe(200);
    await running.tenants.warmUp('acme');
  });
});
