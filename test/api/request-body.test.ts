import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hospital, patient } from './resources.ts';
import { RunningServer } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme');
});
afterAll(() => running.stop());

const send = async (path: string, body: Buffer, headers: Record<string, string>) => {
  const url = `http://127.0.0.1:${running.port}/tenants/acme/fhir/${path}`;
  const reply = await fetch(url, { method: 'PUT', body: new Uint8Array(body), headers });
  return { status: reply.status, text: await reply.text() };
};
const json = (value: object) => Buffer.from(JSON.stringify(value));
const FHIR = { 'content-type': 'application/fhir+json' };

describe('a body that is compressed', () => {
  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (bytes: Buffer) => bytes],
  ] as const)('with %s is what was compressed', async (encoding, compress) => {
    const body = compress(json(patient('p1', `In ${encoding}`)));
    const { status, text } = await send('Patient/p1', body, { ...FHIR, 'content-encoding': encoding });
    expect([status, text]).toEqual([200, expect.stringContaining(`"In ${encoding}"`)]);
  });

  it('is content of a Binary as it was', async () => {
    const headers = { 'content-type': 'text/plain', 'content-encoding': 'gzip' };
    expect((await send('Binary/b', gzipSync('hello'), headers)).status).toBe(201);
    const { text } = await running.send('/tenants/acme/fhir/Binary/b', { headers: { accept: 'text/plain' } });
    expect(text).toBe('hello');
  });

  it.each([
    ['zstd', json(patient('p1')), 415],
    ['gzip', json(patient('p1')), 400],
    ['gzip', gzipSync(Buffer.alloc(20_000_000)), 413],
  ])('with %s is refused where it cannot be taken', async (encoding, body, status) => {
    const refused = await send('Patient/p1', body, { ...FHIR, 'content-encoding': encoding });
    expect(refused.status).toBe(status);
    expect(JSON.parse(refused.text).resourceType).toBe('OperationOutcome');
  });
});

it('tells who sends more than is accepted so, however much of it', async () => {
  const refused = await send('Patient/p1', Buffer.alloc(30_000_000, ' '), FHIR);
  expect([refused.status, JSON.parse(refused.text).issue[0].code]).toEqual([413, 'too-long']);
});
