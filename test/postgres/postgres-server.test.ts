import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresUnavailable } from './postgres-programs.ts';
import { PostgresServer } from './postgres-server.ts';
import { freshDatabase } from './test-database.ts';

const unavailable = postgresUnavailable();

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

describe.skipIf(unavailable)(`a PostgreSQL server for tests${unavailable ? `: ${unavailable}` : ''}`, () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.start({ fsync: true, maxConnections: 20 });
  });
  afterAll(() => server?.dispose());

  it('has the settings that were asked for, UTF-8 and the order of bytes', async () => {
    const settings = "SELECT current_setting('fsync'), current_setting('max_connections')";
    expect(await ask(server.url(), settings)).toEqual([['on', '20']]);
    expect(await ask(server.url(), "SELECT 'a' < 'B', length('ä€𝄞')")).toEqual([[false, 3]]);
  });

  it('asks for its password', async () => {
    await expect(ask(server.url('postgres', 'postgres', 'wrong'), 'SELECT 1')).rejects.toThrow(/password/);
  });

  it('keeps what was committed when it is killed, and comes back on its port', async () => {
    const { port } = server;
    await ask(server.url(), 'CREATE TABLE kept AS SELECT 1 AS value');
    await server.kill();
    await expect(ask(server.url(), 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await server.restart();
    expect(server.port).toBe(port);
    expect(await ask(server.url(), 'SELECT value FROM kept')).toEqual([[1]]);
  });

  it('answers nothing while it is paused, and all of it later', async () => {
    server.pause();
    let answered = false;
    const answer = ask(server.url(), 'SELECT 2').then((rows) => {
      answered = true;
      return rows;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answered).toBe(false);
    server.resume();
    expect(await answer).toEqual([[2]]);
  });

  it('is followed by a standby that can take over', async () => {
    await ask(server.url(), 'CREATE TABLE followed AS SELECT 1 AS value');
    const standby = await PostgresServer.standbyOf(server, 'second');
    try {
      const followers = 'SELECT application_name, state FROM pg_stat_replication';
      await expect.poll(() => ask(server.url(), followers)).toEqual([['second', 'streaming']]);
      await ask(server.url(), 'ALTER SYSTEM SET synchronous_standby_names = second');
      await ask(server.url(), 'SELECT pg_reload_conf()');
      await expect
        .poll(() => ask(server.url(), 'SELECT sync_state FROM pg_stat_replication'))
        .toEqual([['sync']]);
      await ask(server.url(), 'UPDATE followed SET value = 2');
      await server.kill();
      expect(await ask(standby.url(), 'SELECT pg_promote()')).toEqual([[true]]);
      await ask(standby.url(), 'UPDATE followed SET value = value + 1');
      expect(await ask(standby.url(), 'SELECT value FROM followed')).toEqual([[3]]);
    } finally {
      await standby.dispose();
      await server.restart();
      await ask(server.url(), 'ALTER SYSTEM RESET synchronous_standby_names');
    }
  });

  it('ends with the process that started it, and leaves no folder', async () => {
    const module = fileURLToPath(new URL('postgres-server.ts', import.meta.url));
    const script = `const { PostgresServer } = await import(${JSON.stringify(module)});
      const server = await PostgresServer.start();
      console.log(JSON.stringify([server.url(), server.folder]));`;
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: starter.stdout }), 'line')) as [string];
    const [url, folder] = JSON.parse(line) as [string, string];
    expect(await ask(url, 'SELECT 3')).toEqual([[3]]);
    starter.kill('SIGKILL');
    await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false);
    await expect(ask(url, 'SELECT 3')).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe.skipIf(unavailable)('databases of the shared server', () => {
  it('are copies of a template that is prepared once', async () => {
    const template = {
      name: 'template_of_this_test',
      prepared: 0,
      async prepare(url: string) {
        this.prepared += 1;
        await ask(url, 'CREATE TABLE copied AS SELECT 4 AS value');
      },
    };
    const databases = await Promise.all(Array.from({ length: 4 }, () => freshDatabase(template)));
    expect(template.prepared).toBe(1);
    await ask(databases[0]!.url, 'UPDATE copied SET value = 5');
    const values = await Promise.all(databases.map(({ url }) => ask(url, 'SELECT value FROM copied')));
    expect(values).toEqual([[[5]], [[4]], [[4]], [[4]]]);
    await Promise.all(databases.map((database) => database.dispose()));
    await expect(ask(databases[0]!.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });
});
