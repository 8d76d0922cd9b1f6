import { writeFileSync } from 'node:fs';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openExistingStore } from '../../src/open-store.ts';
import { CliProcess, runCli } from '../command/run-cli.ts';
import { all } from '../conformance/engine.ts';
import { PostgresServer } from '../postgres/postgres-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PATIENTS = 12_000;

const folder = temporaryFolder();
let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.start();
  const lines = Array.from({ length: PATIENTS }, (_, index) =>
    JSON.stringify({
      resourceType: 'Patient',
      // Some come twice, with other content.
      id: `p${index % (PATIENTS - 500)}`,
      name: [{ family: `Family ${index}`, given: ['x'.repeat(500)] }],
    }),
  );
  writeFileSync(folder.at('patients.ndjson'), `${lines.join('\n')}\n`);
});
afterAll(async () => {
  await server.dispose();
  folder[Symbol.dispose]();
});

const ingest = (store: string) => ['ingest', folder.at('patients.ndjson'), '--store', store];

/** Resolves once some of the documents are committed and more are on their way. */
async function begun(): Promise<void> {
  for (;;) {
    try {
      const client = new Client({ connectionString: server.url() });
      client.on('error', () => undefined);
      await client.connect();
      const { rows } = await client.query('SELECT value FROM warmfhir_g1.checkpoint');
      await client.end();
      if (rows.length > 0) return;
    } catch {
      // There is no table, or no server, yet.
    }
  }
}

/** Rids, types, ids and contents, without the time of the ingest. */
async function documents(address: string): Promise<unknown[]> {
  const store = await openExistingStore({ store: address });
  try {
    return (await all(store.transfer.masterRows(1))).map(({ json, ...row }) => [
      ...Object.values(row),
      json.replace(/"lastUpdated":"[^"]*"/, ''),
    ]);
  } finally {
    await store.close();
  }
}

describe('an ingest into PostgreSQL', () => {
  it('goes on after the client was killed, and after the server was, and ends like one into a folder', async () => {
    const killed = new CliProcess(ingest(server.url()));
    await begun();
    killed.child.kill('SIGKILL');
    await killed.ended;

    const cut = new CliProcess(ingest(server.url()));
    await cut.line('stderr', /Ingest resumes/);
    await server.kill();
    const { code, stderr } = await cut.ended;
    expect(code).not.toBe(0);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^warmfhir: The database /);
    await server.restart();

    const last = await runCli(ingest(server.url()));
    expect(last.stderr).toContain('Ingest resumes');
    expect(last.code).toBe(0);
    const folderStore = `sqlite:${folder.at('data')}`;
    const whole = await runCli(ingest(folderStore));
    const table = /Patient .*/.exec(whole.stdout)?.[0];
    expect(table).toMatch(/11,500 +0 +500 +0$/);
    expect(last.stdout).toContain(table);
    expect(await documents(server.url())).toEqual(await documents(folderStore));
  }, 60_000);
});
