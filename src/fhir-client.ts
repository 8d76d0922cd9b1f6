/**
 * The composition root of `warmfhir ingest`: the FHIR client that fills the master collection.
 */
import { systemClock } from './clock.ts';
import { Ingestion } from './collection/ingestion.ts';
import type { Settings } from './config.ts';
import { Ingest } from './ingest/ingest.ts';
import { progressFor } from './ingest/progress.ts';
import { formatReport } from './ingest/report.ts';
import { jsonLog } from './json-log.ts';
import { noMetrics } from './metrics/metrics.ts';
import { openSources, type SourceSettings } from './open-source.ts';
import { openStoreToFill, rejectsFile } from './open-store.ts';

export type IngestSettings = SourceSettings &
  Pick<Settings, 'store' | 'listenUrl' | 'force' | 'allowRejects' | 'logLevel'>;

/**
 * Ingests the sources and reports. Rejects with what `Ingest.run` rejects with, and with `ingest-rejects` when
 * something was rejected and that was not allowed.
 *
 * @param report told the outcome as text for a terminal
 */
export async function runFhirClient(
  names: readonly string[],
  settings: IngestSettings,
  signal: AbortSignal,
  report: (text: string) => void,
): Promise<void> {
  const clock = systemClock;
  // On a terminal the bar says what the log says elsewhere.
  const quiet = process.stderr.isTTY && settings.logLevel === 'info';
  const log = jsonLog(quiet ? 'warn' : settings.logLevel);
  const sources = openSources(names, settings, { clock, log });
  const rejects = rejectsFile(settings.store);
  const store = await openStoreToFill({ ...settings, log });
  try {
    const ingest = new Ingest({
      ...{ store, sources, clock, log, rejectsFile: rejects },
      ingestion: new Ingestion({ generations: store.generations, clock }),
      metrics: noMetrics,
      progress: progressFor(process.stderr, log),
      force: settings.force,
      allowRejects: settings.allowRejects,
    });
    const done = await ingest.run(signal);
    // The sentence of a failure is the command's last word, on standard error.
    report(formatReport(done.failure === null ? done : { ...done, message: '' }).trimEnd());
    if (done.failure !== null) throw done.failure;
  } finally {
    await store.close();
  }
}
