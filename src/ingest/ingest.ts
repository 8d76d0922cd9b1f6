import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Ingestion } from '../collection/ingestion.ts';
import { WarmfhirError } from '../errors.ts';
import { Extraction } from '../fhir/search/extraction.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { OpenSource, Source, SourceStream } from '../source/source.ts';
import type { GenerationBuild, IngestionStatus } from '../store/generation.ts';
import type { Store } from '../store/store.ts';
import { copyStreams } from './copy-streams.ts';
import { type IngestMeter, startMeter } from './ingest-meter.ts';
import type { IngestProgress } from './progress.ts';
import { ReferenceStream } from './reference-stream.ts';
import { writeRejects } from './rejects-file.ts';
import { grouped, type IngestReport, reportRows } from './report.ts';
import { resolveReferences } from './resolve-references.ts';
import { ResourceParser } from './resource-parser.ts';

export interface IngestOptions {
  readonly store: Pick<Store, 'generations'>;
  readonly ingestion: Ingestion;
  /** In the order in which they count. */
  readonly sources: readonly Source[];
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly progress: IngestProgress;
  /** Build a new generation although the master is ready. */
  readonly force: boolean;
  /** Seal although something was rejected. */
  readonly allowRejects: boolean;
  /** Where the rejects are written to; null for nowhere. */
  readonly rejectsFile: string | null;
}

/** The FHIR client: fills a generation of `_default` from its sources and seals it. */
export class Ingest {
  readonly #options: IngestOptions;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /**
   * Takes everything in, once. What was rejected is in the report; the generation is then left unsealed unless rejects
   * are allowed, and the same sources with `allowRejects` need no second reading.
   *
   * An interrupted ingest of the same sources goes on at its checkpoint. Rejects with `ingest-interrupted` when `signal`
   * aborts, `ingest-locked`, `ingest-source-invalid`, `ingest-source-unreachable`, or what the store says; all that was
   * committed is kept for the next run.
   */
  async run(signal: AbortSignal): Promise<IngestReport> {
    const { store, ingestion, sources, clock, force } = this.#options;
    const status = await ingestion.status();
    if (status?.ready && !force) return alreadyReady(status);
    const opened = await Promise.all(sources.map((source) => source.open(signal)));
    const build = await store.generations.build(signatureOf(opened), clock.now());
    try {
      const decision = await ingestion.checkAndSetIngestionStatus({ force });
      if (decision.proceed) return await this.#fill(build, opened, signal);
      await build.discard();
      return alreadyReady(decision.status);
    } catch (error) {
      // What went wrong first is what counts.
      await build.close().catch(() => {});
      const reason = error instanceof WarmfhirError ? error.detail : 'The ingest failed; its log says why.';
      await ingestion.setIngestionMessage(reason).catch(() => {});
      throw error;
    }
  }

  async #fill(
    build: GenerationBuild,
    opened: readonly OpenSource[],
    signal: AbortSignal,
  ): Promise<IngestReport> {
    const { clock, log, ingestion, progress } = this.#options;
    log.info(
      { generation: build.number, resumed: build.resumed },
      build.resumed ? 'Ingest resumes.' : 'Ingest begins.',
    );
    const baseUrls = opened.flatMap(({ baseUrl }) => (baseUrl === undefined ? [] : [baseUrl]));
    const parser = new ResourceParser({ baseUrls });
    const meter = startMeter({ clock, progress, ingestion, sources: opened });
    try {
      const checkpoints = await build.checkpoints();
      const target = { build, checkpoints, parser, onWritten: meter.written };
      let ordinal = 0;
      const copy = async (streams: readonly SourceStream[], parallel: number) => {
        await copyStreams({ first: ordinal, streams, parallel, target, signal });
        ordinal += streams.length;
      };
      for (const source of opened) await copy(source.streams, source.parallel);
      for (const { references } of opened) {
        if (references !== undefined) await copy([new ReferenceStream({ fetcher: references, build })], 1);
      }
      meter.enter('resolving references');
      await resolveReferences({ build, sources: opened, signal, extraction: new Extraction() });
      return await this.#finish(build, meter);
    } finally {
      meter.stop();
      await parser.close();
    }
  }

  async #finish(build: GenerationBuild, meter: IngestMeter): Promise<IngestReport> {
    const { store, ingestion, metrics, allowRejects, rejectsFile } = this.#options;
    const rejected = await writeRejects(rejectsFile, build.rejects());
    const rows = reportRows(await build.counts(), rejected);
    for (const outcome of ['stored', 'unchanged', 'superseded', 'rejected'] as const) {
      metrics.ingested(
        outcome,
        rows.reduce((sum, row) => sum + row[outcome], 0),
      );
    }
    const stored = rows.reduce((sum, row) => sum + row.stored, 0);
    const rejects = rows.reduce((sum, row) => sum + row.rejected, 0);
    const where = rejectsFile === null ? '' : `: see ${rejectsFile}`;
    const report = { generation: build.number, rows, taken: meter.resources };
    if (rejects > 0 && !allowRejects) {
      const message = `${grouped(rejects)} rejected, ${grouped(stored)} stored${where}, or pass --allow-rejects.`;
      await ingestion.setIngestionMessage(message);
      const bytes = await build.bytes();
      await build.close();
      const failure = new WarmfhirError('ingest-rejects', message);
      return { ...report, outcome: 'rejected', message, failure, bytes, seconds: meter.seconds };
    }
    meter.enter('sealing');
    const noted = rejects === 0 ? '' : ` (${grouped(rejects)} rejected${where})`;
    const message = `Generation ${build.number} is ready: ${grouped(stored)} resources${noted}.`;
    await ingestion.setIngestionComplete(build, message);
    const sealed = (await store.generations.list()).find(({ number }) => number === build.number);
    return {
      ...report,
      outcome: 'sealed',
      message,
      failure: null,
      bytes: sealed?.bytes ?? 0,
      seconds: meter.seconds,
    };
  }
}

/** Checkpoints are good for the same streams of the same sources only. */
function signatureOf(opened: readonly OpenSource[]): string {
  const text = JSON.stringify(opened.map(({ signature }) => signature));
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function alreadyReady(status: IngestionStatus): IngestReport {
  const since = status.completedAt === null ? '' : ` since ${status.completedAt}`;
  return {
    outcome: 'already-ready',
    message: `The master is ready${since}: nothing to do. Pass --force to build a new generation.`,
    failure: null,
    generation: null,
    rows: [],
    taken: 0,
    seconds: 0,
    bytes: 0,
  };
}
