import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Installation } from './installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

function row(report: { rows: readonly { type: string }[] }, type: string) {
  return report.rows.find((each) => each.type === type);
}

const patient = (id: string, more: object = {}) => ({ resourceType: 'Patient', id, ...more });

describe('ingesting files', () => {
  it('keeps numbers, unknown extensions, primitive extensions and contained resources as they were', async () => {
    const text =
      '{"resourceType":"Observation","id":"o","valueQuantity":{"value":1.00,"low":1e-7,"n":12345678901234567890},' +
      '"_status":{"extension":[{"url":"x","valueCode":"y"}]},"contained":[{"resourceType":"Patient","id":"c"}],"odd":{"\\u0041":[]}}';
    await here.ingest([here.file('a.ndjson', text)]);
    const [stored] = (await here.documents()).get('Observation')!;
    expect(stored).toBe(`{"resourceType":"Observation","id":"o","meta":{},${text.slice(39)}`);
  });

  it('stores what is right and rejects the rest with its place and reason', async () => {
    const lines = [
      Buffer.from('\ufeff{"resourceType":"Patient","id":"a"}\r\n\r\n'),
      Buffer.from('{"resourceType":"Patient","id":"b"\n'),
      Buffer.from('{"resourceType":"Patient"}\n{"id":"x"}\n{"resourceType":"Unicorn","id":"u"}\n'),
      Buffer.from('{"resourceType":"Patient","id":"a/b"}\n'),
      Buffer.concat([
        Buffer.from('{"resourceType":"Patient","id":"u8","x":"'),
        Buffer.from([0xff]),
        Buffer.from('"}\n'),
      ]),
      Buffer.from(`{"resourceType":"Patient","id":"big","x":"${'x'.repeat(200_000)}"}\n`),
      Buffer.from('[1]\n{"resourceType":"Patient","id":"z"}'),
    ];
    const source = here.file('p.ndjson', Buffer.concat(lines));
    const report = await here.ingest([source]);
    expect(report).toMatchObject({ outcome: 'rejected', failure: { code: 'ingest-rejects' } });
    expect(report.message).toMatch(/^8 rejected, 2 stored/);
    expect(row(report, 'Patient')).toMatchObject({ stored: 2, rejected: 2 });
    expect(row(report, '(unknown)')).toMatchObject({ stored: 0, rejected: 6 });
    const rejects = here.rejects();
    expect(rejects.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    expect(rejects.every((reject) => reject.source === source)).toBe(true);
    expect(rejects[0]).toMatchObject({
      offset: 42,
      reason: expect.stringMatching(/not valid JSON at line 1/),
    });
    expect(rejects[1]).toMatchObject({ offset: 77, reason: 'The resource has no id.', type: 'Patient' });
    expect(rejects.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('JSON'),
      'The resource has no id.',
      'The resource has no resourceType.',
      expect.stringContaining('Unicorn'),
      expect.stringContaining('a/b'),
      'The text is not valid UTF-8.',
      'The line is longer than 100000 bytes.',
      expect.stringContaining('JSON object'),
    ]);
  });

  it('is not ready with rejects until they are allowed, and then needs no second reading', async () => {
    const source = here.file('p.ndjson', '{"resourceType":"Patient","id":"a"}\nnothing\n');
    const ready = () =>
      here.withStore(async ({ generations }) => (await generations.ingestionStatus())?.ready);
    expect((await here.ingest([source])).outcome).toBe('rejected');
    expect(await ready()).toBe(false);
    expect((await here.ingest([source])).outcome).toBe('rejected');
    const report = await here.ingest([source], { allowRejects: true });
    expect(report).toMatchObject({ outcome: 'sealed', failure: null, taken: 0 });
    expect(row(report, 'Patient')).toMatchObject({ stored: 1 });
    expect(await ready()).toBe(true);
    expect(here.rejects()).toHaveLength(1);
  });

  it('starts anew when the source was corrected, and forgets the rejects', async () => {
    const source = here.file('p.ndjson', '{"resourceType":"Patient","id":"a"}\nnothing\n');
    await here.ingest([source]);
    here.file('p.ndjson', [patient('a'), patient('b')]);
    expect(row(await here.ingest([source]), 'Patient')).toMatchObject({
      stored: 2,
      unchanged: 0,
      rejected: 0,
    });
    expect(here.rejects()).toEqual([]);
  });

  it('touches nothing when the master is ready, and builds another generation when forced', async () => {
    const source = here.file('p.ndjson', [patient('a')]);
    await here.ingest([source]);
    const status = () => here.withStore(({ generations }) => generations.ingestionStatus());
    const before = await status();
    expect(Object.keys(before!)).toEqual(['_id', 'ready', 'startedAt', 'completedAt', 'message']);
    expect(await here.ingest([source])).toMatchObject({ outcome: 'already-ready', failure: null });
    expect(await status()).toEqual(before);
    here.file('p.ndjson', [patient('a'), patient('b')]);
    expect(await here.ingest([source], { force: true })).toMatchObject({ outcome: 'sealed', generation: 2 });
    expect((await here.documents()).get('Patient')).toHaveLength(2);
  });

  it('settles ids that come again', async () => {
    const at = (lastUpdated: string, name: string) =>
      patient(name[0]!, { meta: { lastUpdated }, language: name });
    const source = here.file('p.ndjson', [
      at('2020-01-01T00:00:00Z', 'a-old'),
      at('2021-01-01T00:00:00Z', 'a-new'),
      at('2021-01-01T00:00:00Z', 'b-new'),
      at('2020-01-01T00:00:00Z', 'b-old'),
      patient('c', { language: 'c-first' }),
      patient('c', { language: 'c-second' }),
      patient('d'),
      patient('d'),
    ]);
    expect(row(await here.ingest([source]), 'Patient')).toMatchObject({
      stored: 4,
      unchanged: 1,
      superseded: 3,
    });
    const languages = (await here.documents()).get('Patient')!.map((json) => JSON.parse(json).language);
    expect(languages.sort()).toEqual(['a-new', 'b-new', 'c-second', undefined]);
  });

  it('reads a folder by name, with what lies beneath, and passes over what is not FHIR', async () => {
    here.file('in/README.md', 'x');
    here.file('in/stats.json', '{"a":1}');
    here.file('in/b.ndjson.gz', [patient('same', { language: 'second' })]);
    here.file('in/a.ndjson', [patient('same', { language: 'first' })]);
    here.file('in/single.json', JSON.stringify(patient('single'), undefined, 2));
    here.bundle('in/more/c.json.gz', [{ resource: patient('nested') }], 'collection');
    const report = await here.ingest([`${here.folder}/in/in`]);
    expect(report.outcome).toBe('sealed');
    expect(row(report, 'Patient')).toMatchObject({ stored: 3, superseded: 1 });
    expect(await here.document('Patient', 'same')).toMatchObject({ language: 'second' });
  });

  it('rejects a file that is not FHIR where it was named', async () => {
    const report = await here.ingest([
      here.file('stats.json', '{"a":1}'),
      here.file('list.json', '[1]'),
      here.bundle('history.json', [{ resource: patient('h') }], 'history'),
      here.file('ok.ndjson', [patient('a')]),
    ]);
    expect(report.rows.map(({ type, rejected }) => [type, rejected])).toEqual([
      ['(unknown)', 2],
      ['Bundle', 1],
      ['Patient', 0],
    ]);
    expect(here.rejects()[0]).toMatchObject({ entry: 1, reason: expect.stringContaining('resourceType') });
  });

  it('takes NDJSON from standard input', async () => {
    async function* stdin() {
      yield Buffer.from('{"resourceType":"Patient","id":"a"}\n{"resourceType":"Pat');
      yield Buffer.from('ient","id":"b"}');
    }
    const report = await here.ingestStdin(stdin());
    expect(row(report, 'Patient')).toMatchObject({ stored: 2 });
  });

  it.each([
    ['nowhere.ndjson', 'does not exist'],
    ['.', 'no .ndjson'],
    ['README.txt', 'neither .ndjson nor .json'],
  ])('refuses %s in one line', async (name, reason) => {
    here.file('README.txt', 'x');
    here.file('../empty/x.txt', '');
    const path = name === '.' ? `${here.folder}/empty` : `${here.folder}/in/${name}`;
    await expect(here.ingest([path])).rejects.toMatchObject({
      code: 'ingest-source-invalid',
      detail: expect.stringContaining(reason),
    });
  });

  it('refuses a damaged archive and names it', async () => {
    const { gzipSync } = await import('node:zlib');
    const whole = gzipSync(Buffer.from(JSON.stringify(patient('a')).repeat(1000)));
    const path = here.file('cut.ndjson', whole.subarray(0, whole.length - 20));
    await expect(here.ingest([path])).rejects.toMatchObject({
      code: 'ingest-source-invalid',
      detail: expect.stringContaining('cut.ndjson'),
    });
    const status = await here.withStore(({ generations }) => generations.ingestionStatus());
    expect(status).toMatchObject({ ready: false, message: expect.stringContaining('cut.ndjson') });
  });
});
