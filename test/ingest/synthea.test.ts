import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseResource } from '../../src/fhir/parse-resource.ts';
import { Installation } from './installation.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/data/synthea-small', import.meta.url));
const present = existsSync(FOLDER);

/** What the source holds, as it should be stored, by type. */
function expected(): ReadonlyMap<string, readonly string[]> {
  const documents = new Map<string, string[]>();
  for (const name of globSync('*.ndjson.gz', { cwd: FOLDER }).sort()) {
    const lines = gunzipSync(readFileSync(`${FOLDER}/${name}`))
      .toString()
      .split('\n')
      .filter(Boolean);
    const contents = lines.map((line) => parseResource(line).content);
    documents.set(
      contents[0]!.type,
      contents.map(({ prefix, suffix }) => prefix + suffix),
    );
  }
  return documents;
}

const settings = { maxResourceBytes: 16 * 2 ** 20 };

describe.skipIf(!present)('ingesting shared/data/synthea-small (skipped where it is absent)', () => {
  let here: Installation;
  let bundles: Installation;
  beforeAll(() => {
    here = new Installation();
    bundles = new Installation();
  });
  afterAll(async () => {
    await here.remove();
    await bundles.remove();
  });

  it('stores every resource of the folder byte for byte, the Bundles beneath included', async () => {
    const report = await here.ingest([FOLDER], { settings });
    const { counts } = JSON.parse(readFileSync(`${FOLDER}/stats.json`, 'utf8'));
    expect(Object.fromEntries(report.rows.map(({ type, stored }) => [type, stored]))).toEqual(counts);
    expect(report.failure).toBeNull();
    const stored = await here.documents();
    for (const [type, documents] of expected()) {
      expect([...stored.get(type)!].sort(), type).toEqual([...documents].sort());
    }
  });

  it('makes the same documents of the original Bundles, urn references and all', async () => {
    const report = await bundles.ingest([`${FOLDER}/bundles`], { settings });
    expect(report.rows.reduce((sum, { stored }) => sum + stored, 0)).toBeGreaterThan(1_000);
    const known = expected();
    for (const [type, documents] of await bundles.documents()) {
      const all = new Set(known.get(type));
      expect(
        documents.filter((json) => !all.has(json)),
        type,
      ).toEqual([]);
    }
  });
});
