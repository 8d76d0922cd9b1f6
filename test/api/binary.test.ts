import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hospital } from './resources.ts';
import { RunningServer, type Sent } from './running-server.ts';

let running: RunningServer;
const PICTURE = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 0xff, 0xfe]);
const binary = (id: string, contentType: string, content: string | Uint8Array, more: object = {}) => ({
  resourceType: 'Binary',
  id,
  contentType,
  ...more,
  data: Buffer.from(content).toString('base64'),
});

beforeAll(async () => {
  running = await new RunningServer().start([...hospital, binary('master', 'text/plain', 'hello')], 'acme');
  await at('/fhir/Binary/picture', { method: 'PUT', body: binary('picture', 'image/png', PICTURE) });
});
afterAll(() => running.stop());

const at = (path: string, sent: Sent = {}) => running.send(path, { tenant: 'acme', ...sent });
const raw = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(running.url + path, { headers: { 'x-tenant-id': 'acme', ...headers } });
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
};

describe('a Binary that is read', () => {
  it.each<[string, string | undefined]>([
    ['by default', undefined],
    ['for anything', '*/*'],
    ['for its own type', 'image/png'],
    ['for its own kind', 'text/html, image/*;q=0.5'],
    ['for its own type before FHIR', 'image/png, application/fhir+json;q=0.5'],
    ['for its own type rather than FHIR', 'application/fhir+json;q=0.5, image/png'],
    ['for its own kind rather than FHIR', 'application/fhir+json;q=0.5, image/*;q=0.8'],
    ['for anything rather than FHIR', 'application/fhir+json;q=0.2, */*;q=0.3'],
    ['for anything but FHIR', 'application/fhir+json;q=0, */*;q=0.1'],
    ['for both alike, itself first', 'image/png, application/fhir+json'],
    ['for FHIR of another version', 'application/fhir+json;fhirVersion=5.0, */*;q=0.1'],
    ['with a q that is none', 'application/fhir+json;q=0.5, image/png;q=high'],
  ])('%s is its content', async (_what, accept) => {
    const { response, bytes } = await raw('/fhir/Binary/picture', accept === undefined ? {} : { accept });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(response.headers.get('etag')).toBe('W/"1"');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(bytes).toEqual(PICTURE);
  });

  it.each<[string, string, Record<string, string>]>([
    ['application/fhir+json', '', { accept: 'application/fhir+json' }],
    ['application/json', '', { accept: 'application/json' }],
    ['FHIR first', '', { accept: 'application/fhir+json, */*;q=0.1' }],
    ['FHIR rather than its own type', '', { accept: 'image/png;q=0.5, application/fhir+json' }],
    ['FHIR by name', '', { accept: '*/*, application/fhir+json' }],
    ['FHIR by its kind', '', { accept: 'image/*;q=0.3, application/*;q=0.4' }],
    ['anything but its own type', '', { accept: 'image/png;q=0, */*' }],
    ['both alike, FHIR first', '', { accept: 'application/fhir+json, image/png' }],
    ['_format', '?_format=json', { accept: 'image/png' }],
  ])('for %s is the resource', async (_what, query, headers) => {
    const { status, json } = await at(`/fhir/Binary/picture${query}`, { headers });
    expect([status, json.resourceType, json.contentType]).toEqual([200, 'Binary', 'image/png']);
  });

  it('for neither is a 406', async () => {
    expect((await at('/fhir/Binary/picture', { headers: { accept: 'audio/mpeg' } })).status).toBe(406);
    expect((await at('/fhir/Binary/picture?_format=xml')).status).toBe(406);
    for (const accept of ['*/*;q=0', 'image/png;q=0', 'image/*;q=0, application/*;q=0.0, */*;q=0']) {
      expect((await at('/fhir/Binary/picture', { headers: { accept } })).status, accept).toBe(406);
    }
  });

  it('comes in every version, from the master too, and knows what the client has', async () => {
    expect((await raw('/fhir/Binary/master')).bytes).toEqual(new Uint8Array(Buffer.from('hello')));
    expect((await raw('/fhir/Binary/picture/_history/1?_pretty=true')).bytes).toEqual(PICTURE);
    const { response } = await raw('/fhir/Binary/picture', { 'if-none-match': 'W/"1"' });
    expect(response.status).toBe(304);
    expect((await raw('/fhir/Binary/nobody')).response.headers.get('content-type')).toMatch(
      'application/fhir+json',
    );
  });

  it('does not let its content act as a page, or its type as headers', async () => {
    await at('/fhir/Binary/page', { method: 'PUT', body: binary('page', 'text/html', '<script>1</script>') });
    expect((await raw('/fhir/Binary/page')).response.headers.get('content-security-policy')).toBe('sandbox');
    await at('/fhir/Binary/odd', { method: 'PUT', body: binary('odd', 'żółć', 'x') });
    expect((await raw('/fhir/Binary/odd')).response.headers.get('content-type')).toBe(
      'application/octet-stream',
    );
  });
});

describe('content that is sent to Binary', () => {
  it('becomes one, with its security context', async () => {
    const headers = { 'content-type': 'image/png', 'x-security-context': 'Patient/p1' };
    const { status, json } = await at('/fhir/Binary', { method: 'POST', body: PICTURE, headers });
    expect([status, json.contentType, json.securityContext]).toEqual([
      201,
      'image/png',
      { reference: 'Patient/p1' },
    ]);
    const { response, bytes } = await raw(`/fhir/Binary/${json.id}`);
    expect(bytes).toEqual(PICTURE);
    expect(response.headers.get('x-security-context')).toBe('Patient/p1');
  });

  it('replaces one', async () => {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    const { status, json } = await at('/fhir/Binary/text', { method: 'PUT', body: 'zażółć', headers });
    expect([status, json.id]).toEqual([201, 'text']);
    const { response, bytes } = await raw('/fhir/Binary/text');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(Buffer.from(bytes).toString()).toBe('zażółć');
  });

  it('may be JSON, which a resource is too', async () => {
    const headers = { 'content-type': 'application/json' };
    const content = await at('/fhir/Binary', { method: 'POST', body: '{"a":1}', headers });
    expect([content.status, content.json.contentType]).toEqual([201, 'application/json']);
    expect((await raw(`/fhir/Binary/${content.json.id}`)).bytes).toEqual(
      new Uint8Array(Buffer.from('{"a":1}')),
    );
    const body = JSON.stringify(binary('x', 'text/plain', 'a'));
    const resource = await at('/fhir/Binary', { method: 'POST', body, headers });
    expect([resource.status, resource.json.contentType]).toEqual([201, 'text/plain']);
  });

  it('is refused without a type, or without content, and for other types', async () => {
    expect((await at('/fhir/Binary', { method: 'POST', body: PICTURE })).status).toBe(415);
    const headers = { 'content-type': 'image/png' };
    expect((await at('/fhir/Binary', { method: 'POST', headers })).status).toBe(400);
    expect((await at('/fhir/Patient', { method: 'POST', body: PICTURE, headers })).status).toBe(415);
    const xml = { 'content-type': 'application/fhir+xml' };
    expect((await at('/fhir/Binary', { method: 'POST', body: '<Binary/>', headers: xml })).status).toBe(415);
  });
});
