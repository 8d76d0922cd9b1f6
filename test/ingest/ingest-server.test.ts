import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capabilities, page, Upstream } from '../source/rest/upstream.ts';
import { ENGINES, Installation } from './installation.ts';

describe.each(ENGINES)('%s', (engine) => {
  let here: Installation;
  let upstream: Upstream;
  beforeEach(async () => {
    here = new Installation(engine);
    upstream = await Upstream.start();
  });
  afterEach(async () => {
    await here.remove();
    await upstream.stop();
  });

  const patient = (id: string) => ({ resourceType: 'Patient', id });
  const encounter = (id: string, reference: string) => ({
    resourceType: 'Encounter',
    id,
    subject: { reference },
  });

  async function ids(type: string): Promise<readonly string[] | undefined> {
    return (await here.documents()).get(type)?.map((json) => JSON.parse(json).id);
  }

  describe('ingesting a FHIR server', () => {
    it('follows absolute, rooted, relative and query-only next links', async () => {
      upstream.answer = ({ url }) =>
        ({
          '/fhir/metadata': capabilities(['Patient']),
          '/fhir/Patient?_count=2': page([patient('1'), patient('2')], 'Patient?_count=2&at=2', { total: 7 }),
          '/fhir/Patient?_count=2&at=2': page([patient('3')], '?_getpages=x'),
          '/fhir/Patient?_getpages=x': page([], `${upstream.origin}/fhir?_getpages=y`),
          '/fhir?_getpages=y': page([patient('4')], 'Patient?at=5'),
          '/fhir/Patient?at=5': page([patient('5')], '/fhir/Patient?at=6'),
          '/fhir/Patient?at=6': page([patient('6')]),
        })[url] ?? { status: 404 };
      expect(await here.ingest([`${upstream.base}/`])).toMatchObject({ outcome: 'sealed' });
      expect(await ids('Patient')).toEqual(['1', '2', '3', '4', '5', '6']);
    });

    it('asks for several types at once, and ends the same whichever is faster', async () => {
      const types = ['Condition', 'Encounter', 'Observation', 'Patient', 'Procedure', 'Unicorn'];
      let open = 0;
      let most = 0;
      upstream.answer = async ({ url }) => {
        if (url === '/fhir/metadata') return capabilities(types);
        open++;
        most = Math.max(most, open);
        await new Promise((resolve) => setTimeout(resolve, 10));
        open--;
        const type = /\/fhir\/(\w+)/.exec(url)![1]!;
        return page([
          { resourceType: type, id: 'x' },
          { resourceType: 'Patient', id: 'twice', language: type },
        ]);
      };
      expect(await here.ingest([upstream.base])).toMatchObject({ outcome: 'sealed' });
      expect(most).toBe(4);
      expect(upstream.urls.some((url) => url.includes('Unicorn'))).toBe(false);
      expect(await here.document('Patient', 'twice')).toMatchObject({ language: 'Procedure' });
    });

    it('takes named types without asking what there is, leaves outcomes out and keeps numbers', async () => {
      upstream.answer = ({ url }) =>
        url.startsWith('/fhir/Observation?')
          ? {
              body:
                '{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.00}}},' +
                '{"search":{"mode":"outcome"},"resource":{"resourceType":"OperationOutcome","id":"no"}},{"resource":{"resourceType":"Observation"}}]}',
            }
          : { status: 404 };
      const report = await here.ingest([upstream.base], {
        settings: { types: ['Observation'] },
        allowRejects: true,
      });
      expect(report.rows).toEqual([
        { type: 'Observation', stored: 1, unchanged: 0, superseded: 0, rejected: 1 },
      ]);
      expect(upstream.urls).toEqual(['/fhir/Observation?_count=2']);
      expect((await here.documents()).get('Observation')![0]).toContain('"value":1.00');
      expect(here.rejects()).toEqual([
        {
          source: `${upstream.base}/Observation`,
          entry: 3,
          offset: 205,
          reason: 'The resource has no id.',
          type: 'Observation',
        },
      ]);
    });

    it.each([
      ['a circle of next links', () => page([patient('1')], 'Patient?_count=2'), 'in a circle'],
      ['a next link to another origin', () => page([patient('1')], 'http://127.0.0.2:1/x'), '--allow-origin'],
      ['something that is no Bundle', () => ({ body: '<html>' }), 'not a Bundle'],
      ['a refusal', () => ({ status: 403 }), '--header'],
      ['no such type', () => ({ status: 404 }), '--types'],
    ])('ends in one line at %s', async (_, reply, reason) => {
      upstream.answer = reply;
      await expect(here.ingest([upstream.base], { settings: { types: ['Patient'] } })).rejects.toMatchObject({
        code: 'ingest-source-invalid',
        detail: expect.stringContaining(reason),
      });
      const status = await here.withStore(({ generations }) => generations.ingestionStatus());
      expect(status).toMatchObject({ ready: false });
    });

    it('goes on at the page where it stopped, and starts a type again whose page has expired', async () => {
      let failing = true;
      upstream.answer = ({ url }) => {
        if (url.endsWith('_count=2')) return page([patient('1')], '?at=2');
        if (url.endsWith('?at=2')) return page([patient('2')], '?at=3');
        if (failing) return { status: 500 };
        return url.endsWith('?at=3') ? { status: 410 } : page([]);
      };
      const run = () => here.ingest([upstream.base], { settings: { types: ['Patient'] } });
      await expect(run()).rejects.toMatchObject({ code: 'ingest-source-invalid' });
      upstream.requests.length = 0;
      await expect(run()).rejects.toMatchObject({ code: 'ingest-source-invalid' });
      expect(upstream.urls).toEqual(['/fhir/Patient?at=3']);
      failing = false;
      const { answer } = upstream;
      upstream.answer = (request) =>
        upstream.urls.filter((url) => url.endsWith('?at=3')).length > 2
          ? page([patient('3')])
          : answer(request);
      expect((await run()).rows).toEqual([
        { type: 'Patient', stored: 3, unchanged: 2, superseded: 0, rejected: 0 },
      ]);
      expect(await ids('Patient')).toEqual(expect.arrayContaining(['1', '2', '3']));
    });

    it('fetches what is referred to, and what that refers to, and keeps what is not there', async () => {
      const answers = (): Record<string, ReturnType<typeof page>> => ({
        '/fhir/Encounter?_count=2': page([
          encounter('1', 'Patient/a'),
          encounter('2', `${upstream.base}/Patient/b/_history/3`),
          encounter('3', 'Patient/gone'),
          encounter('4', 'http://127.0.0.2:1/fhir/Patient/foreign'),
          encounter('5', 'Patient/wrong'),
        ]),
        '/fhir/Patient/a': {
          body: { ...patient('a'), managingOrganization: { reference: 'Organization/o' } },
        },
        '/fhir/Patient/b': { body: patient('b') },
        '/fhir/Patient/gone': { status: 410 },
        '/fhir/Patient/wrong': { body: patient('b') },
        '/fhir/Organization/o': {
          body: { resourceType: 'Organization', id: 'o', partOf: { reference: 'Organization/o' } },
        },
      });
      upstream.answer = ({ url }) => answers()[url] ?? { status: 404 };
      const settings = { types: ['Encounter'], resolveReferences: true };
      const report = await here.ingest([upstream.base], { settings, allowRejects: true });
      expect(report.rows.map(({ type, stored, rejected }) => [type, stored, rejected])).toEqual([
        ['Encounter', 5, 0],
        ['Organization', 1, 0],
        ['Patient', 2, 1],
      ]);
      expect(upstream.urls.filter((url) => url === '/fhir/Patient/gone')).toHaveLength(1);
      const subjects = (await here.documents())
        .get('Encounter')!
        .map((json) => JSON.parse(json).subject.reference);
      expect(subjects).toEqual([
        'Patient/a',
        'Patient/b',
        'Patient/gone',
        'http://127.0.0.2:1/fhir/Patient/foreign',
        'Patient/wrong',
      ]);
    });

    it('mixes servers and files, in the order given', async () => {
      upstream.answer = () => page([{ ...patient('same'), language: 'server' }]);
      const settings = { types: ['Patient'] };
      const before = here.file('before.ndjson', [{ ...patient('same'), language: 'before' }]);
      const after = here.file('after.ndjson', [{ ...patient('same'), language: 'after' }]);
      await here.ingest([before, upstream.base], { settings });
      expect(await here.document('Patient', 'same')).toMatchObject({ language: 'server' });
      await here.ingest([before, upstream.base, after], { settings, force: true });
      expect(await here.document('Patient', 'same')).toMatchObject({ language: 'after' });
    });

    it('takes no password in an address', async () => {
      await expect(here.ingest(['http://user:secret@127.0.0.1/fhir'])).rejects.toMatchObject({
        code: 'ingest-source-invalid',
        detail: expect.not.stringContaining('secret'),
      });
    });
  });
});
