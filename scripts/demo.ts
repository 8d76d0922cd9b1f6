/**
 * `npm run demo`: a hospital, a server and two tenants, request by request; then the server stays up until Ctrl-C.
 *
 *     npm run demo -- [--exit] [--source SOURCE] [--port NUMBER]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DemoServer, freePort, warmfhir } from './demo/demo-server.ts';
import { Narrator } from './demo/narrator.ts';
import { tour } from './demo/tour.ts';

const PATIENTS = 200;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        exit: { type: 'boolean', default: false },
        source: { type: 'string' },
        port: { type: 'string', default: '8080' },
      },
    });
    if (!/^\d{1,5}$/.test(values.port)) throw new RangeError('--port takes a number');
    return values;
  } catch (error) {
    console.error(`demo: ${(error as Error).message}`);
    process.exit(2);
  }
}

const settings = readArguments();
const folder = mkdtempSync(join(tmpdir(), 'warmfhir-demo-'));
const store = `sqlite:${join(folder, 'data')}`;
let server: DemoServer | undefined;
const interrupted = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
});

async function run(): Promise<void> {
  const narrator = new Narrator();
  let source = settings.source;
  if (source === undefined) {
    source = join(folder, 'hospital');
    narrator.chapter(`A hospital of ${PATIENTS} patients`);
    await warmfhir('sample', '--patients', String(PATIENTS), '--out', source);
  }
  narrator.chapter('Ingested once, into the master collection');
  // Some data is odd; a demo shows what can be shown of it.
  await warmfhir('ingest', source, '--store', store, '--allow-rejects');
  const port = await freePort(Number(settings.port));
  server = await DemoServer.start(store, port);
  narrator.chapter(`Served on ${server.url}`);
  await tour(server.url, narrator);
  if (settings.exit) return;
  narrator.say('', `The server stays up at ${server.url}: try these, and end it with Ctrl-C.`, '');
  narrator.curls(server.url);
  await Promise.race([interrupted, server.ended]);
}

try {
  await Promise.race([run(), interrupted]);
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
