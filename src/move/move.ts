import { WarmfhirError } from '../errors.ts';
import { contentOfStored } from '../fhir/review-state.ts';
import type { IndexedValues } from '../fhir/search/indexed-values.ts';
import { ThreadedExtraction } from '../fhir/search/threaded-extraction.ts';
import type { GenerationBuild, GenerationInfo, IngestDocument } from '../store/generation.ts';
import type { Store } from '../store/store.ts';
import type { MasterRow, Reception } from '../store/transfer.ts';
import {
  addMasterRow,
  ChangesDigest,
  digestOfGeneration,
  digestOfGenerations,
  digestOfTenants,
} from './installation-digest.ts';
import { type DigestedRows, RowDigest } from './row-digest.ts';

/** Rids of a stream: see `IngestBatch.stream`. */
const STREAM_RIDS = 2 ** 31;

/** One kind of rows that arrived as they were sent. */
export interface MovedRows extends DigestedRows {
  readonly what: string;
}

/** The parts of a store that a move is about. */
export type MovableStore = Pick<Store, 'generations' | 'tenants' | 'transfer'>;

/**
 * Moves an installation into an empty store: sealed generations with their numbers and rids, tenants with their changes,
 * histories and reviews, registry and ingestion status. The source is only read. What arrived is read back and compared
 * by count and hash, with the source as it is by then; only afterwards can the target be served.
 *
 * @throws ingestion-not-ready where the source has no sealed generation; store-not-empty; ingest-locked;
 *   move-unverified, also when the source was written to meanwhile; ingest-interrupted when `signal` aborts
 */
export async function moveInstallation(options: {
  readonly from: MovableStore;
  readonly to: MovableStore;
  readonly signal: AbortSignal;
}): Promise<readonly MovedRows[]> {
  const { from, to, signal } = options;
  const status = await from.generations.ingestionStatus();
  if (status?.ready !== true) throw new WarmfhirError('ingestion-not-ready');
  const reception = await to.transfer.receive();
  const extraction = new ThreadedExtraction();
  try {
    const move = new Move({ from, to, reception, extraction, signal });
    const moved = [...(await move.generations()), ...(await move.tenants())];
    await move.requireUnchangedSource();
    await reception.finish(status);
    return moved;
  } finally {
    await extraction.close();
    await reception.close();
  }
}

interface MoveParts {
  readonly from: MovableStore;
  readonly to: MovableStore;
  readonly reception: Reception;
  readonly extraction: ThreadedExtraction;
  readonly signal: AbortSignal;
}

class Move {
  readonly #from: MovableStore;
  readonly #to: MovableStore;
  readonly #reception: Reception;
  readonly #signal: AbortSignal;
  readonly #extraction: ThreadedExtraction;
  /** What was sent, by what it is: the source must still be that at the end. */
  readonly #sent = new Map<string, DigestedRows>();

  constructor({ from, to, reception, extraction, signal }: MoveParts) {
    this.#from = from;
    this.#to = to;
    this.#reception = reception;
    this.#extraction = extraction;
    this.#signal = signal;
  }

  async generations(): Promise<readonly MovedRows[]> {
    const generations = await finished(this.#from);
    this.#sent.set('generations', digestOfGenerations(generations));
    await this.#reception.addGenerations(generations);
    const moved: MovedRows[] = [];
    for (const generation of generations) {
      if (generation.state !== 'sealed') continue;
      const sent = await this.#sendGeneration(generation);
      const what = `generation ${generation.number}`;
      moved.push(same(what, sent, await digestOfGeneration(this.#to.transfer, generation.number)));
    }
    return moved;
  }

  async tenants(): Promise<readonly MovedRows[]> {
    const tenants = await this.#from.tenants.list();
    const added = await this.#reception.addTenants(tenants);
    const sent = new ChangesDigest();
    const byId = new Map(added.map((tenant) => [tenant.id, tenant]));
    for await (const changes of this.#from.transfer.changes(tenants)) {
      this.#assertWanted();
      for (const change of changes) sent.add(change);
      const arriving = changes.map(({ tenant, document }) => ({ tenant: byId.get(tenant.id)!, document }));
      await this.#reception.addChanges(arriving);
    }
    const { changed, former } = sent.results();
    const registered = digestOfTenants(tenants);
    this.#sent.set('tenants', registered).set('changed documents', changed).set('former versions', former);
    const arrivedTenants = await this.#to.tenants.list();
    const arrived = (await new ChangesDigest().read(this.#to.transfer, arrivedTenants)).results();
    return [
      same('tenants', registered, digestOfTenants(arrivedTenants)),
      same('changed documents', changed, arrived.changed),
      same('former versions', former, arrived.former),
    ];
  }

  /** What a server wrote meanwhile would be lost. */
  async requireUnchangedSource(): Promise<void> {
    const tenants = await this.#from.tenants.list();
    const { changed, former } = (await new ChangesDigest().read(this.#from.transfer, tenants)).results();
    const now = [
      ['generations', digestOfGenerations(await finished(this.#from))],
      ['tenants', digestOfTenants(tenants)],
      ['changed documents', changed],
      ['former versions', former],
    ] as const;
    for (const [what, digest] of now) {
      if (digest.sha256 === this.#sent.get(what)!.sha256) continue;
      throw new WarmfhirError(
        'move-unverified',
        `The source was written to while it was moved (${what}): stop its servers and move it again.`,
      );
    }
    this.#assertWanted();
  }

  async #sendGeneration(generation: GenerationInfo): Promise<DigestedRows> {
    const digest = new RowDigest();
    const build = await this.#reception.fill(generation);
    let written = Promise.resolve();
    try {
      for await (const rows of this.#from.transfer.masterRows(generation.number)) {
        this.#assertWanted();
        const indexed = this.#extraction.indexedValues(rows.map(({ json }) => json));
        for (const row of rows) addMasterRow(digest, row);
        // One chunk is written while the next is read and looked into.
        const before = written;
        written = Promise.all([indexed, before]).then(([values]) => writeRows(build, rows, values));
        // Whoever awaits it gets the error; until then it must not count as unhandled.
        written.catch(() => {});
        await before;
      }
      await written;
      await build.seal(generation.sealedAt!, '');
    } finally {
      await written.catch(() => {});
      await build.close();
    }
    return digest.result();
  }

  #assertWanted(): void {
    if (this.#signal.aborted) {
      throw new WarmfhirError(
        'ingest-interrupted',
        'The move was interrupted; run it again to begin it anew.',
      );
    }
  }
}

/** An unfinished ingest stays where it is. */
async function finished(store: MovableStore): Promise<readonly GenerationInfo[]> {
  return (await store.generations.list()).filter(({ state }) => state !== 'building');
}

/** Writes rows so that they get the rids that they have. */
async function writeRows(
  build: GenerationBuild,
  rows: readonly MasterRow[],
  indexed: readonly IndexedValues[],
): Promise<void> {
  const streams = Map.groupBy(rows.entries(), ([, { rid }]) => Math.floor((rid - 1) / STREAM_RIDS));
  for (const [stream, ofStream] of streams) {
    const documents = ofStream.map(
      ([index, { rid, json }]): IngestDocument => ({
        content: { ...contentOfStored(json), indexed: indexed[index]! },
        sourceUpdated: null,
        position: (rid - 1) % STREAM_RIDS,
        pending: false,
        origin: null,
      }),
    );
    await build.write({ stream, documents, conditionalCreates: [], rejects: [], checkpoint: '' });
  }
}

function same(what: string, sent: DigestedRows, arrived: DigestedRows): MovedRows {
  if (sent.sha256 === arrived.sha256) return { what, ...sent };
  throw new WarmfhirError(
    'move-unverified',
    `What arrived is not what was sent: ${what}, ${sent.count} sent and ${arrived.count} arrived.`,
  );
}
