import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { FhirHttp } from '../../../src/source/rest/fhir-http.ts';
import { ManualClock } from '../../manual-clock.ts';
import { Upstream } from './upstream.ts';

let upstream: Upstream;
let other: Upstream;
let clock: ManualClock;
beforeEach(async () => {
  upstream = await Upstream.start();
  other = await Upstream.start();
  clock = new ManualClock();
});
afterEach(async () => {
  await upstream.stop();
  await other.stop();
});

function http(
  more: { timeoutMs?: number; allowedOrigins?: readonly string[]; maxBodyBytes?: number } = {},
): FhirHttp {
  return new FhirHttp({
    baseUrl: upstream.base,
    headers: [['Authorization', 'Bearer secret']],
    allowedOrigins: [],
    timeoutMs: 5_000,
    maxBodyBytes: 1000,
    backOff: { attempts: 4, firstMs: 1000, mostMs: 30_000, random: () => 0.5 },
    clock,
    log: silentLog,
    ...more,
  });
}

/** The promise's outcome, with the clock running as fast as it is waited for. */
async function withTime<Value>(promise: Promise<Value>): Promise<Value> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.pending > 0) await clock.advance(100);
  }
  return promise;
}

const signal = new AbortController().signal;

describe('FhirHttp', () => {
  it('backs off exponentially with jitter, and gives up politely', async () => {
    const times: number[] = [];
    const start = clock.now();
    upstream.answer = () => {
      times.push(clock.now() - start);
      return { status: 503 };
    };
    await expect(withTime(http().get(`${upstream.base}/Patient?secret=1`, signal))).rejects.toMatchObject({
      code: 'ingest-source-unreachable',
      detail: `${upstream.base}/Patient does not answer (asked 4 times): status 503.`,
    });
    const waits = times.map((time, index) => time - (times[index - 1] ?? 0)).slice(1);
    for (const [index, expected] of [750, 1500, 3000].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(expected);
      expect(waits[index]).toBeLessThanOrEqual(expected + 100);
    }
  });

  it.each([
    ['seconds', () => '7'],
    ['a date', () => new Date(clock.now() + 7000).toUTCString()],
  ])('honours Retry-After as %s', async (_, header) => {
    const start = clock.now();
    upstream.answer = () =>
      upstream.requests.length === 1
        ? { status: 429, headers: { 'retry-after': header() } }
        : { body: { waited: clock.now() - start } };
    const { body } = await withTime(http().get(upstream.base, signal));
    const { waited } = JSON.parse(Buffer.from(body).toString());
    expect(waited).toBeGreaterThanOrEqual(7000);
    expect(waited).toBeLessThanOrEqual(7200);
  });

  it('does not wait for a server that asks for an hour', async () => {
    upstream.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } });
    await expect(http().get(upstream.base, signal)).rejects.toMatchObject({
      detail: expect.stringContaining('come back in 60 minutes'),
    });
    expect(upstream.requests).toHaveLength(1);
  });

  it('tries again after a cut connection and after no answer in time', async () => {
    upstream.answer = () => [{ cut: true }, { silent: true }][upstream.requests.length - 1] ?? { body: 'ok' };
    expect((await withTime(http({ timeoutMs: 200 }).get(upstream.base, signal))).status).toBe(200);
    expect(upstream.requests).toHaveLength(3);
  });

  it('says that nobody listens', async () => {
    const { base } = other;
    await other.stop();
    const lost = new FhirHttp({
      ...{
        baseUrl: base,
        headers: [],
        allowedOrigins: [],
        timeoutMs: 1000,
        maxBodyBytes: 1,
        clock,
        log: silentLog,
      },
      backOff: { attempts: 2, firstMs: 1, mostMs: 1, random: Math.random },
    });
    await expect(withTime(lost.get(base, signal))).rejects.toMatchObject({
      code: 'ingest-source-unreachable',
      detail: expect.stringContaining('connection refused'),
    });
    other = await Upstream.start();
  });

  it('sends its headers to the source alone, and asks nobody else unless allowed', async () => {
    upstream.answer = ({ url }) =>
      url === '/fhir/away'
        ? { status: 302, headers: { location: `${other.origin}/x` } }
        : { status: 307, headers: { location: '/fhir/away' } };
    other.answer = () => ({ body: 'there' });
    await expect(http().get(`${upstream.base}/here`, signal)).rejects.toMatchObject({
      code: 'ingest-source-invalid',
      detail: expect.stringContaining(`${other.origin}: allow it with --allow-origin`),
    });
    expect(other.requests).toHaveLength(0);
    const answer = await http({ allowedOrigins: [other.origin] }).get(`${upstream.base}/here`, signal);
    expect(answer.url).toBe(`${other.origin}/x`);
    expect(upstream.requests.every(({ headers }) => headers.authorization === 'Bearer secret')).toBe(true);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it('refuses an endless redirect and too large a body', async () => {
    upstream.answer = () => ({ status: 301, headers: { location: upstream.base } });
    await expect(http().get(upstream.base, signal)).rejects.toMatchObject({
      detail: expect.stringContaining('redirects in a circle'),
    });
    upstream.answer = () => ({ body: 'x'.repeat(2000) });
    await expect(http().get(upstream.base, signal)).rejects.toMatchObject({
      detail: expect.stringContaining('--page-size'),
    });
  });

  it('stops waiting when it is interrupted', async () => {
    const abort = new AbortController();
    upstream.answer = () => {
      setImmediate(() => abort.abort());
      return { status: 503 };
    };
    await expect(http().get(upstream.base, abort.signal)).rejects.toMatchObject({
      code: 'ingest-interrupted',
    });
  });
});
