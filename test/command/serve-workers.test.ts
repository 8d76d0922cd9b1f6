import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installSample } from '../nodes/postgres-installation.ts';
import { postgresUnavailable } from '../postgres/postgres-programs.ts';
import { freshDatabase } from '../postgres/test-database.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type CliProcess, runCli, sampleStore, startServe } from './run-cli.ts';

const FHIR = { 'content-type': 'application/fhir+json' };

/** On a busy machine a process takes seconds to start. */
const PATIENCE = { timeout: 20_000 };

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One kept-alive connection, which one worker serves from its beginning to its end. */
class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: string;
  /** How often it had to be made anew. */
  closed = 0;

  constructor(url: string) {
    this.#url = url;
  }

  send(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#url}${path}`, { agent: this.#agent, method, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      });
      sent.once('socket', (socket) => {
        if (!sent.reusedSocket) {
          socket.once('close', () => {
            this.closed += 1;
          });
        }
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  putBasic(tenant: string, id: string, text: string): Promise<Answer> {
    const body = JSON.stringify({ resourceType: 'Basic', id, code: { text } });
    return this.send('PUT', `/tenants/${tenant}/fhir/Basic/${id}`, FHIR, body);
  }

  end(): void {
    this.#agent.destroy();
  }
}

/** Process ids of all workers of the server that ever listened, oldest first. */
function workersOf(server: CliProcess): number[] {
  return [...server.stderr.matchAll(/"pid":(\d+),"msg":"A worker listens\."/g)].map(([, pid]) => Number(pid));
}

/** How many workers ever got as far as serving tenants. */
function readyWorkers(server: CliProcess): number {
  return server.stderr.split('The master collection is ready.').length - 1;
}

/** False for a process that has ended, also while nobody has asked how. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * A connection that the given worker serves: the others are made to pause while it is opened, and whichever worker has
 * time takes it.
 */
async function connectionTo(worker: number, server: CliProcess, url: string): Promise<Connection> {
  const others = workersOf(server).filter((pid) => pid !== worker && runs(pid));
  for (const pid of others) process.kill(pid, 'SIGSTOP');
  const connection = new Connection(url);
  await connection.send('GET', '/hello');
  for (const pid of others) process.kill(pid, 'SIGCONT');
  return connection;
}

/** A connection to each of the workers that the server began with. */
async function connectionToEach(server: CliProcess, url: string): Promise<Connection[]> {
  const connections: Connection[] = [];
  for (const pid of workersOf(server)) connections.push(await connectionTo(pid, server, url));
  return connections;
}

async function start(store: string, workers: number) {
  const started = await startServe('--store', store, '--workers', String(workers), '--log-level', 'info');
  await expect.poll(async () => (await fetch(`${started.url}/all-good`)).status, PATIENCE).toBe(200);
  await fetch(`${started.url}/warm-up-tenant`, { method: 'POST', headers: { 'X-Tenant-ID': 'acme' } });
  return started;
}

interface Place extends AsyncDisposable {
  readonly store: string;
}

async function inFolder(): Promise<Place> {
  const folder = temporaryFolder();
  return {
    store: await sampleStore(folder),
    [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
  };
}

async function inDatabase(): Promise<Place> {
  using folder = temporaryFolder();
  const database = await freshDatabase();
  await installSample(database.url, folder);
  return { store: database.url, [Symbol.asyncDispose]: () => database.dispose() };
}

interface EnginePlace {
  readonly name: string;
  readonly make: () => Promise<Place>;
  readonly unavailable: string | undefined;
}

const ENGINES: readonly EnginePlace[] = [
  { name: 'SQLite', make: inFolder, unavailable: undefined },
  { name: 'PostgreSQL', make: inDatabase, unavailable: postgresUnavailable() },
];

for (const { name, make, unavailable } of ENGINES) {
  const reason = unavailable ? `: ${unavailable}` : '';
  describe.skipIf(unavailable)(`warmfhir serve with several workers on ${name}${reason}`, () => {
    let place: Place;
    let store: string;

    beforeAll(async () => {
      place = await make();
      store = place.store;
    });
    afterAll(() => place[Symbol.asyncDispose]());

    it('shows a write through one worker to another at once', async () => {
      const { server, url } = await start(store, 2);
      const [a, b] = (await connectionToEach(server, url)) as [Connection, Connection];
      for (let round = 0; round < 500; round += 1) {
        const [writer, reader] = round % 2 === 0 ? [a, b] : [b, a];
        const id = `seen-${round % 7}`;
        expect((await writer.putBasic('acme', id, `text ${round}`)).status).toBeLessThan(300);
        const { status, text } = await reader.send('GET', `/tenants/acme/fhir/Basic/${id}`);
        expect([status, text.includes(`"text ${round}"`)]).toEqual([200, true]);
      }
      // They did belong to different workers: one of them ends with its worker.
      process.kill(workersOf(server)[0]!, 'SIGKILL');
      await expect.poll(() => [a.closed, b.closed], PATIENCE).toEqual([1, 0]);
      a.end();
      b.end();
      server.child.kill('SIGTERM');
      expect((await server.ended).code).toBe(0);
    });

    it('knows on every worker who is warm, and counts what all of them did', async () => {
      const { server, url } = await start(store, 2);
      const connections = await connectionToEach(server, url);
      const [a, b] = connections as [Connection, Connection];
      const tenant = { 'x-tenant-id': 'birch' };
      expect((await a.send('POST', '/warm-up-tenant', tenant)).status).toBe(200);
      for (const connection of connections) {
        for (let count = 0; count < 5; count += 1) {
          expect((await connection.send('GET', '/fhir/Patient/p1', tenant)).status).toBe(200);
        }
        const status = JSON.parse((await connection.send('GET', '/tenant-status', tenant)).text);
        expect(status).toMatchObject({ tenant: 'birch', status: 'warm' });
        const { tenants } = JSON.parse((await connection.send('GET', '/tenants')).text);
        expect(tenants.map((each: { tenant: string; status: string }) => [each.tenant, each.status])).toEqual(
          [
            ['acme', 'warm'],
            ['birch', 'warm'],
          ],
        );
      }
      const count = 'warmfhir_http_request_duration_seconds_count';
      const read = `${count}{route="/fhir/:type/:id",method="GET",status="200"} 10\n`;
      for (const connection of connections) {
        const { text } = await connection.send('GET', '/metrics');
        expect(text).toContain(read);
        expect(text).toContain('warmfhir_tenants{state="warm"} 2\n');
        expect(text).toContain('warmfhir_workers 2\n');
        const { tenants } = JSON.parse((await connection.send('GET', '/health')).text);
        expect(tenants).toMatchObject({ warm: 2, cold: 0 });
      }
      expect((await b.send('POST', '/cool-down-tenant', tenant)).status).toBe(200);
      await expect.poll(async () => (await a.send('GET', '/fhir/Patient/p1', tenant)).status).toBe(503);
      // What a worker has counted outlives it.
      process.kill(workersOf(server)[0]!, 'SIGKILL');
      await expect.poll(() => workersOf(server).length, PATIENCE).toBe(3);
      const { text } = await new Connection(url).send('GET', '/metrics');
      expect(text).toContain(read);
      expect(text).toContain('warmfhir_worker_restarts_total 1\n');
      for (const connection of connections) connection.end();
      server.child.kill('SIGTERM');
      expect((await server.ended).code).toBe(0);
    });

    it('goes on when a worker is killed under load, replaces it, and loses no acknowledged write', async () => {
      const { server, url } = await start(store, 2);
      const acknowledged = new Map<string, string>();
      let done = false;
      const clients = Array.from({ length: 8 }, async (_, client) => {
        const id = `load-${client}`;
        let failures = 0;
        let connection = new Connection(url);
        for (let number = 0; !done; number += 1) {
          try {
            const { status } = await connection.putBasic('acme', id, `${id} ${number}`);
            if (status < 300) acknowledged.set(id, `${id} ${number}`);
            else failures += 1;
          } catch {
            // Its worker was killed. What it had not answered may be there or not, so the client writes anew.
            failures += 1;
            connection.end();
            connection = new Connection(url);
          }
        }
        connection.end();
        return failures;
      });
      await expect.poll(() => acknowledged.size, PATIENCE).toBe(8);
      for (const kills of [1, 2, 3]) {
        process.kill(workersOf(server).filter(runs)[0]!, 'SIGKILL');
        // Acknowledged writes of every client after the kill: the other worker serves, or the new one.
        const before = new Map(acknowledged);
        await expect
          .poll(() => [...acknowledged].every(([id, text]) => before.get(id) !== text), PATIENCE)
          .toBe(true);
        // Else the next kill could leave none.
        await expect.poll(() => readyWorkers(server), PATIENCE).toBe(2 + kills);
      }
      done = true;
      const failures = await Promise.all(clients);
      // A kill costs a client at most the request that it had in flight.
      expect(Math.max(...failures)).toBeLessThanOrEqual(3);
      for (const [id, text] of acknowledged) {
        const body = await (await fetch(`${url}/tenants/acme/fhir/Basic/${id}`)).text();
        expect(body).toContain(`"${text}"`);
      }
      server.child.kill('SIGTERM');
      expect((await server.ended).code).toBe(0);
    });

    it('leaves no process behind when the supervisor is killed', async () => {
      const { server } = await start(store, 3);
      const workers = workersOf(server);
      expect(workers.map(runs)).toEqual([true, true, true]);
      server.child.kill('SIGKILL');
      await server.ended;
      await expect.poll(() => workers.filter(runs), PATIENCE).toEqual([]);
    });

    it('serves behind the launcher of an older Node, and ends with it', async () => {
      const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
      const launcher = ['--import', file('../../bin/follow-launcher.mjs'), file('../../src/cli.ts')];
      const args = [...launcher, 'serve', '--store', store, '--port', '0', '--workers', '2'];
      const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
      for await (const line of createInterface({ input: server.stdout! })) {
        const url = /^warmfhir serves on (http\S+)$/.exec(line)?.[1];
        expect((await fetch(`${url}/hello`)).status).toBe(200);
        break;
      }
      // The workers have this pipe too: it is closed when the last of them has ended.
      server.stdout!.resume();
      const ended = Promise.all([once(server, 'exit'), once(server.stdout!, 'end')]);
      server.disconnect();
      expect((await ended)[0]).toEqual([null, 'SIGKILL']);
    });

    it.each(['SIGTERM', 'SIGINT'] as const)(
      'answers what is in flight on %s, and ends with 0',
      async (signal) => {
        const { server, url } = await start(store, 2);
        const workers = workersOf(server);
        const body = JSON.stringify({ resourceType: 'Basic', id: 'late', code: { text: signal } });
        const sockets = await Promise.all(
          [1, 2, 3, 4].map(async () => {
            const socket = connect(Number(new URL(url).port), '127.0.0.1');
            await once(socket, 'connect');
            const head = `PUT /tenants/acme/fhir/Basic/late HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\n`;
            // Answered before the next goes out: then the worker has taken the connection.
            socket.write('GET /hello HTTP/1.1\r\nHost: x\r\n\r\n');
            await once(socket, 'data');
            socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`);
            return socket;
          }),
        );
        const answers = sockets.map(async (socket) => {
          let text = '';
          socket.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          await once(socket, 'close');
          return text;
        });
        server.child.kill(signal);
        // No new connection is taken any more: the workers have begun to end.
        await expect.poll(() => fetch(`${url}/hello`).then(Boolean, () => false), PATIENCE).toBe(false);
        for (const socket of sockets) socket.write(body.slice(10));
        for (const answer of answers) expect(await answer).toMatch(/^HTTP\/1\.1 20[01] /);
        expect((await server.ended).code).toBe(0);
        expect(workers.filter(runs)).toEqual([]);
      },
    );
  });
}

it('ends with the workers’ own error when none can start', async () => {
  using folder = temporaryFolder();
  const store = await sampleStore(folder);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const port = String((other.address() as AddressInfo).port);
  const args = ['serve', '--store', store, '--workers', '2', '--log-level', 'error'];
  const taken = await runCli([...args, '--port', port]);
  other.close();
  const line = `warmfhir: Cannot listen on 127.0.0.1 port ${port}: something else listens there.\n`;
  expect(taken).toEqual({ code: 2, stdout: '', stderr: line });

  const master = folder.at('data/default.g1.db');
  const bytes = readFileSync(master);
  bytes.fill(0x5a, 0, 4096);
  writeFileSync(master, bytes);
  const result = await runCli([...args, '--port', '0']);
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(/^warmfhir: [^\n]*default\.g1\.db[^\n]*\n$/);
});
