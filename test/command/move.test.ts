import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../postgres/test-database.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { runCli, sampleStore } from './run-cli.ts';

const folder = temporaryFolder();
let store: string;
let database: TestDatabase;
beforeAll(async () => {
  store = await sampleStore(folder);
  database = await freshDatabase();
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await database.dispose();
});

const status = async (address: string) =>
  JSON.parse((await runCli(['status', '--json'], { WARMFHIR_STORE: address })).stdout);

describe('warmfhir move', () => {
  it('moves a folder into a database, and that into a folder, and says what arrived', async () => {
    await runCli(['tenant', 'warm', 'acme', '--store', store]);
    const there = await runCli(['move', '--from', store], { WARMFHIR_TO: database.url });
    expect([there.code, there.stderr]).toEqual([0, '']);
    expect(there.stdout).toMatch(/^generation 1 +[\d,]+ +[0-9a-f]{64}$/m);
    const back = await runCli(['move', '--to', `sqlite:${folder.at('back')}`], {
      WARMFHIR_FROM: database.url,
    });
    expect(back).toEqual(there);
    const { sizes: _, ...expected } = await status(store);
    for (const address of [database.url, `sqlite:${folder.at('back')}`]) {
      expect(await status(address)).toMatchObject(expected);
    }
  });

  it('says in one line what it cannot do', async () => {
    const same = await runCli(['move', '--from', store, '--to', store]);
    expect([same.code, same.stderr]).toEqual([2, 'warmfhir: --from and --to name the same store.\n']);
    expect(await runCli(['move', '--from', store])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'warmfhir: A move takes two stores, --from and --to.\n',
    });
    expect(await runCli(['move', '--from', store, '--to', `sqlite:${folder.at('back')}`])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'warmfhir: The store holds something already.\n',
    });
  });
});
