import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { addSettings, readSettings } from '../config.ts';
import { WarmfhirError } from '../errors.ts';
import type { ServeSettings } from '../main.ts';
import { untilSignal } from './until-signal.ts';

const SETTINGS = [
  'store',
  'host',
  'port',
  'workers',
  'publicUrl',
  'insecureNoAuth',
  'idleTimeout',
  'autoWarm',
  'maxWarmTenants',
  'maxBody',
  'maxBundle',
  'documentCache',
  'overlayHandles',
  'listenUrl',
  'statementTimeout',
  'databaseConnections',
  'logLevel',
] as const satisfies (keyof ServeSettings | 'workers')[];

/** `warmfhir serve`: answers HTTP until SIGTERM or SIGINT; a second signal ends it at once. */
export function addServe(program: Command): void {
  const command = program.command('serve').description('serve the FHIR and plain APIs');
  addSettings(command, SETTINGS).action(async (given: Record<string, unknown>) => {
    const { workers = availableParallelism(), ...settings } = readSettings(SETTINGS, given);
    assertReachableByChoice(settings);
    const signal = untilSignal(1);
    const listening = (url: string) => void process.stdout.write(`warmfhir serves on ${url}\n`);
    if (workers === 1) {
      const { serve } = await import('../main.ts');
      await serve(settings, signal, { listening });
    } else {
      const { serveWithWorkers } = await import('../supervisor/serve-with-workers.ts');
      await serveWithWorkers(settings, workers, signal, listening);
    }
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Nobody has to log in yet, so nobody else may reach the server by accident. */
function assertReachableByChoice({ host, insecureNoAuth }: ServeSettings): void {
  if (isLoopback(host)) return;
  if (!insecureNoAuth) {
    throw new WarmfhirError(
      'setting-invalid',
      `--host ${host} lets others in and nobody has to log in: pass --insecure-no-auth if that is meant.`,
    );
  }
  process.stderr.write(`warmfhir: WARNING: everyone who reaches ${host} can read and change everything.\n`);
}
