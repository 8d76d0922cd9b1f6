import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hospital } from './resources.ts';
import { RunningServer } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme');
});
afterAll(() => running.stop());

const segment = fc.oneof(
  fc.constantFrom(
    'fhir',
    'tenants',
    'acme',
    'Patient',
    'p1',
    '_history',
    '_search',
    '$review',
    'metadata',
    '1',
    'encounters',
  ),
  fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '%00',
    '%2f',
    '%',
    '%zz',
    '',
    '__proto__',
    'constructor',
    'toString',
    '%F0%9F%98%80',
  ),
  fc.string({ maxLength: 8 }).map(encodeURIComponent),
);
const query = fc.oneof(
  fc.constantFrom(
    '',
    '?',
    '?_count=0',
    '?_id=p1',
    '?__proto__=1',
    '?_page=AAAA',
    '?%',
    '?_format=json&_pretty=true',
  ),
  fc.string({ maxLength: 8 }).map((text) => `?${encodeURIComponent(text)}=${encodeURIComponent(text)}`),
);
const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS');
const tenant = fc.option(fc.constantFrom('acme', 'globex', '__proto__', '..', 'A'), { nil: undefined });

it('whatever is asked, the server answers in the form of the face and never fails', async () => {
  await fc.assert(
    fc.asyncProperty(
      method,
      fc.array(segment, { maxLength: 7 }),
      query,
      tenant,
      async (verb, path, search, id) => {
        const address = `/${path.join('/')}${search}`;
        const headers: Record<string, string> = id === undefined ? {} : { 'x-tenant-id': id };
        const { status, text, headers: got } = await running.sendAsIs(address, headers, verb);
        const described = `${verb} ${address} ${id} → ${status}`;
        expect([200, 201, 204, 400, 404, 405, 406, 410, 412, 415, 503], described).toContain(status);
        if (status === 503) expect(got.get('retry-after'), described).toMatch(/^\d+$/);
        if (status === 405) expect(got.get('allow'), described).not.toBeNull();
        if (status < 400 || verb === 'HEAD') return;
        const body = JSON.parse(text);
        const isFhir = /^(\/tenants\/[^/]*)?\/fhir(\/|\?|$)/.test(address);
        expect(isFhir ? body.resourceType : typeof body.error, described).toBe(
          isFhir ? 'OperationOutcome' : 'string',
        );
      },
    ),
    { numRuns: 400, seed: 7 },
  );
});
