import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { PostgresServer } from './postgres-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Socket that gives the address of the run's PostgreSQL to whoever connects. */
    readonly postgresStarter: string;
  }
}

/** What the starter says, as JSON. */
export type StarterReply = { readonly url: string } | { readonly failure: string };

/**
 * One PostgreSQL for all test files of a run, started when the first of them asks: a run without such tests does not
 * wait for it.
 */
export default async function (project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'warmfhir-starter-'));
  let starting: Promise<PostgresServer> | undefined;
  const listener = createServer(async (socket) => {
    socket.on('error', () => undefined);
    starting ??= PostgresServer.start({ maxConnections: 400 });
    const reply: StarterReply = await starting.then(
      (server) => ({ url: server.url() }),
      (error: Error) => ({ failure: error.message }),
    );
    socket.end(JSON.stringify(reply));
  });
  const path = join(folder, 'socket');
  listener.listen(path);
  await once(listener, 'listening');
  project.provide('postgresStarter', path);
  return async () => {
    listener.close();
    rmSync(folder, { recursive: true, force: true });
    await starting?.then(
      (server) => server.dispose(),
      () => undefined,
    );
  };
}
