import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GenerationBuild, GenerationStore } from '../../src/store/generation.ts';
import { ENGINES, Installation, type RunOptions } from './installation.ts';

describe.each(ENGINES)('%s', (engine) => {
  let here: Installation;
  let whole: Installation;
  beforeEach(() => {
    here = new Installation(engine);
    whole = new Installation(engine);
  });
  afterEach(async () => {
    await here.remove();
    await whole.remove();
  });

  /** Runs `event` before every transaction of a build, with its number. */
  function beforeEachWrite(event: (number: number) => void): NonNullable<RunOptions['generations']> {
    return (real) => {
      let number = 0;
      const watched = (build: GenerationBuild) =>
        new Proxy(build, {
          get(target, name) {
            const value = Reflect.get(target, name, target);
            if (typeof value !== 'function') return value;
            return (...values: unknown[]) => {
              if (name === 'write' || name === 'resolve' || name === 'seal') {
                number++;
                event(number);
              }
              return value.apply(target, values);
            };
          },
        });
      const build: GenerationStore['build'] = async (...values) => watched(await real.build(...values));
      return new Proxy(real, {
        get(target, name) {
          if (name === 'build') return build;
          const value = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    };
  }

  function sources(to: Installation): readonly string[] {
    const encounters = Array.from({ length: 1700 }, (_, index) => ({
      resourceType: 'Encounter',
      id: `e${index % 1600}`,
      subject: { reference: index % 3 === 0 ? 'urn:uuid:p7' : 'Patient?identifier=s|7' },
      priority: { text: `${index}` },
    }));
    const bundle = (first: number) =>
      Array.from({ length: 900 }, (_, index) => ({
        fullUrl: `urn:uuid:p${first + index}`,
        resource: {
          resourceType: 'Patient',
          id: `p${first + index}`,
          identifier: [{ system: 's', value: `${first + index}` }],
        },
        request: {
          method: 'POST',
          url: 'Patient',
          ...(index % 5 === 0 ? { ifNoneExist: `identifier=s|${index}` } : {}),
        },
      }));
    return [
      to.file('1.ndjson', encounters),
      to.bundle('2.json', bundle(0)),
      to.bundle('3.json.gz', bundle(700)),
      to.file('4.ndjson.gz', [...encounters.slice(0, 1300), { resourceType: 'Encounter' }]),
    ];
  }

  describe('an interrupted ingest', () => {
    it('goes on where it stopped and ends with the same documents, wherever it stopped', async () => {
      const expected = await whole.ingest(sources(whole), { allowRejects: true });
      const documents = await whole.documents();
      expect(expected.rows.map(({ type, stored, rejected }) => [type, stored, rejected])).toEqual([
        ['Encounter', 1600, 1],
        ['Patient', 1460, 0],
      ]);

      const names = sources(here);
      let runs = 0;
      let report: Awaited<ReturnType<Installation['ingest']>> | undefined;
      while (report === undefined) {
        runs++;
        const abort = new AbortController();
        // Every third run is asked to stop, the others fall over before their second or third transaction.
        const generations = beforeEachWrite((number) => {
          if (number < 2 + (runs % 2)) return;
          if (runs % 3 === 0) abort.abort();
          else throw new RangeError('power failure');
        });
        try {
          report = await here.ingest(names, { allowRejects: true, generations, signal: abort.signal });
        } catch (error) {
          if (!(error instanceof RangeError)) expect(error).toMatchObject({ code: 'ingest-interrupted' });
        }
      }
      expect(runs).toBeGreaterThan(5);
      expect(await here.documents()).toEqual(documents);
      expect(report.rows).toEqual(expected.rows);
      expect(here.rejects().map(({ line, offset, reason }) => ({ line, offset, reason }))).toEqual(
        whole.rejects().map(({ line, offset, reason }) => ({ line, offset, reason })),
      );
    });

    it('leaves a status that says so, and starts anew with other sources', async () => {
      const names = sources(here);
      const abort = new AbortController();
      const generations = beforeEachWrite(() => abort.abort());
      await expect(here.ingest(names, { generations, signal: abort.signal })).rejects.toMatchObject({
        code: 'ingest-interrupted',
      });
      const status = await here.withStore((store) => store.generations.ingestionStatus());
      expect(status).toMatchObject({ ready: false, message: expect.stringContaining('interrupted') });
      const report = await here.ingest([
        here.file('other.ndjson', [{ resourceType: 'Patient', id: 'only' }]),
      ]);
      expect(report.rows).toEqual([{ type: 'Patient', stored: 1, unchanged: 0, superseded: 0, rejected: 0 }]);
    });

    it('passes over what it took from standard input', async () => {
      const lines = Array.from(
        { length: 2500 },
        (_, index) => `{"resourceType":"Patient","id":"p${index}"}\n`,
      );
      async function* stdin() {
        for (let at = 0; at < lines.length; at += 700) yield Buffer.from(lines.slice(at, at + 700).join(''));
      }
      const generations = beforeEachWrite((number) => {
        if (number === 2) throw new RangeError('power failure');
      });
      await expect(here.ingestStdin(stdin(), { generations })).rejects.toThrow('power failure');
      expect(await here.ingestStdin(stdin())).toMatchObject({ outcome: 'sealed', taken: 2001 });
      expect((await here.documents()).get('Patient')).toHaveLength(2500);
    });
  });
});
