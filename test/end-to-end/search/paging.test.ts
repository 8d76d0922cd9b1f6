import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, ids, link, SERVED, ServedCollection } from './served-collection.ts';

/** https://hl7.org/fhir/R4/http.html#paging */
const SEARCHES = [
  'Patient',
  'Patient?_sort=birthdate',
  'Patient?_sort=-birthdate',
  'Patient?_sort=gender,-birthdate',
  'Patient?_sort=family',
  'Patient?_sort=-_id',
  'Patient?gender:not=male&_sort=-family',
  'Observation?_sort=value-quantity',
  'Observation?_sort=-code',
  'Observation?_sort=subject,date',
  'Observation?patient.name=chal&_sort=-date',
  'Observation?_sort=-date&_include=Observation:subject',
  'Encounter?_sort=-length,_lastUpdated',
  'RiskAssessment?_sort=-probability',
  'ValueSet?_sort=-url',
  'Practitioner?_has:Patient:general-practitioner:gender=female&_sort=name',
  '?_type=Patient,Organization,Basic',
  '?_type=Patient,Practitioner&_sort=-_id',
  'Patient/p1/*',
  'Patient/p1/Observation?_sort=-date',
  'Patient/p1/$everything',
  'Patient/$everything?_type=Observation,Encounter',
];

describe.each(SERVED)('pages of a collection on $on that is $how', ({ engine, making }) => {
  let served: ServedCollection;

  beforeAll(async () => {
    served = await ServedCollection.start(engine, making);
  });
  afterAll(() => served.stop());

  const matches = ({ entry = [] }: Bundle) =>
    entry.filter(({ search }) => search.mode === 'match').map(({ resource }) => resource.id);
  const page = async (url: string): Promise<Bundle> => {
    const { status, json } = await served.send(url);
    expect([url, status]).toEqual([url, 200]);
    return json;
  };

  test.each(SEARCHES)('%s: forth and back, every match once and in order', async (search) => {
    const paged = (count: number) => `${search}${search.includes('?') ? '&' : '?'}_count=${count}`;
    const whole = await page(paged(1000));
    expect(link(whole, 'next')).toBeUndefined();
    const pages: Bundle[] = [];
    for (let url: string | undefined = paged(2); url !== undefined; url = link(pages.at(-1)!, 'next')) {
      pages.push(await page(url));
      expect(pages.length).toBeLessThan(50);
    }
    expect(pages.flatMap(matches)).toEqual(matches(whole));
    for (const one of pages) {
      // Unasked, a total is given where it costs little; one that is given is right.
      expect([undefined, whole.total]).toContain(one.total);
      expect(link(one, 'first')).toBe(link(pages[0]!, 'self'));
    }
    expect(link(pages[0]!, 'previous')).toBeUndefined();
    for (let at = pages.length - 1; at > 0; at--) {
      const before = await page(link(pages[at]!, 'previous')!);
      expect(matches(before)).toEqual(matches(pages[at - 1]!));
    }
    for (const token of pages.flatMap((one) =>
      one.link.map(({ url }) => new URL(url).searchParams.get('_page')),
    )) {
      expect(token?.length ?? 0).toBeLessThan(300);
    }
  });

  test.each([
    'Patient/p1/$everything',
    'Patient/$everything',
    'Encounter/e1/$everything',
    'Group/g1/$everything',
    'Patient/$everything?_type=Observation,Practitioner,Organization,Location',
  ])('%s: every resource once over all pages, included ones too', async (search) => {
    const paged = (count: number) => `${search}${search.includes('?') ? '&' : '?'}_count=${count}`;
    const keys = ({ entry = [] }: Bundle) =>
      entry.map(({ resource }) => `${resource.resourceType}/${resource.id}`);
    const whole = keys(await page(paged(1000)));
    for (const count of [1, 2, 5]) {
      const seen: string[] = [];
      for (let url: string | undefined = paged(count); url !== undefined; ) {
        const bundle: Bundle = await page(url);
        seen.push(...keys(bundle));
        url = link(bundle, 'next');
      }
      expect(seen.toSorted()).toEqual(whole.toSorted());
    }
  });

  // An operation takes no `_total`.
  const counted = SEARCHES.filter((search) => !search.includes('$everything'));
  test.each(counted)('%s: the total that was asked for, on every page', async (search) => {
    const asked = `${search}${search.includes('?') ? '&' : '?'}_total=accurate`;
    const { length } = matches(await page(`${asked}&_count=1000`));
    for (let url: string | undefined = `${asked}&_count=2`; url !== undefined; ) {
      const one: Bundle = await page(url);
      expect(one.total).toBe(length);
      url = link(one, 'next');
    }
  });
});

describe('a search that is too long for a link', () => {
  let served: ServedCollection;
  const form = `_count=2&_sort=_id&_id=${Array.from({ length: 500 }, (_, n) => `nobody-${n}`).join(',')},p1,p2,p3,p4`;

  beforeAll(async () => {
    served = await ServedCollection.start(SERVED[0]!.engine, SERVED[0]!.making);
  });
  afterAll(() => served.stop());

  test('is kept, and its links are short', async () => {
    const { status, json } = await served.post('Patient/_search', form);
    expect([status, ids(json), json.total]).toEqual([200, ['p1', 'p2'], 4]);
    for (const { url } of json.link) expect(url.length).toBeLessThan(500);
    const second = (await served.send(link(json, 'next')!)).json;
    expect([ids(second), link(second, 'next')]).toEqual([['p3', 'p4'], undefined]);
    expect(ids((await served.send(link(second, 'previous')!)).json)).toEqual(['p1', 'p2']);
    expect(ids((await served.send(link(second, 'self')!)).json)).toEqual(['p3', 'p4']);
    expect(ids((await served.send(link(json, 'self')!)).json)).toEqual(['p1', 'p2']);
  });

  test('is refused where it is longer than can be kept', async () => {
    // A plus sign is a space, which takes three characters in a link.
    const { status, json } = await served.post('Patient/_search', `name=a${'+'.repeat(400_000)}`);
    expect([status, json.issue?.[0].code]).toEqual([413, 'too-long']);
  });

  test("is its own tenant's, and stands for all of the search", async () => {
    const { json } = await served.post('Patient/_search', form);
    const next = link(json, 'next')!;
    const refused = async (url: string) => {
      const { status, json: outcome } = await served.send(url);
      expect([url, status, outcome.resourceType]).toEqual([url, 400, 'OperationOutcome']);
    };
    await refused(next.replace('/acme/', '/birch/'));
    await refused(next.replace('/Patient?', '/Practitioner?'));
    await refused(`${next}&gender=male`);
    await refused(next.replace(/_kept=./, '_kept=!'));
    await refused(`${next}&_kept=x`);
  });
});
