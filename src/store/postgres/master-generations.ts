import { WarmfhirError } from '../../errors.ts';
import { resourceTypeOfCode } from '../../fhir/resource-type.ts';
import { masterVersion, type StoredDocument } from '../document.ts';
import { DocumentCache } from '../document-cache.ts';
import { PlanMemory } from '../search/plan-memory.ts';
import type { Database } from './database.ts';
import { STARTED_AT, typeCounts } from './generation-statements.ts';
import { type HistoryStatements, historyStatements } from './history-statements.ts';
import { type ListStatements, listStatements } from './list-statements.ts';
import { type GenerationStatements, generationStatements } from './read-statements.ts';
import { AddressNumbers } from './search/value-key.ts';
import { call } from './statement.ts';

/** Bytes for counts of index ranges and totals. */
const REMEMBERED_BYTES = 32_000_000;

/** What a process keeps of a sealed generation. None of it ever changes. */
export class MasterGeneration {
  readonly number: number;
  readonly version: number;
  /** `meta.lastUpdated` of every document in it, milliseconds since the epoch. */
  readonly lastUpdated: number;
  /** Documents by type. */
  readonly counts: ReadonlyMap<string, number>;
  readonly cache: DocumentCache;
  /** What searches have found out about it. */
  readonly memory = new PlanMemory<number>(REMEMBERED_BYTES);
  readonly addresses: AddressNumbers;
  readonly statements: GenerationStatements & ListStatements & HistoryStatements;

  constructor(options: {
    readonly number: number;
    readonly lastUpdated: number;
    readonly counts: ReadonlyMap<string, number>;
    readonly cacheBytes: number;
    readonly addresses: AddressNumbers;
  }) {
    this.addresses = options.addresses;
    this.number = options.number;
    this.version = masterVersion(options.number);
    this.lastUpdated = options.lastUpdated;
    this.counts = options.counts;
    this.cache = new DocumentCache(options.cacheBytes);
    this.statements = {
      ...generationStatements(options.number),
      ...listStatements(options.number),
      ...historyStatements(options.number),
    };
  }

  document(type: string, id: string, json: string): StoredDocument {
    const { version, lastUpdated } = this;
    return { deleted: false, type, id, version, lastUpdated, reviewed: false, reviewTime: null, json };
  }
}

/** The sealed generations that this process has had to do with. */
export class MasterGenerations {
  readonly #database: Database;
  readonly #cacheBytes: number;
  readonly #addresses = new AddressNumbers();
  readonly #known = new Map<number, MasterGeneration | Promise<MasterGeneration>>();

  constructor(database: Database, cacheBytes: number) {
    this.#database = database;
    this.#cacheBytes = cacheBytes;
  }

  /** Without a promise once it is known. Rejects with `generation-unknown`. */
  get(generation: number): MasterGeneration | Promise<MasterGeneration> {
    const known = this.#known.get(generation);
    if (known !== undefined) return known;
    const loading = this.#load(generation);
    this.#known.set(generation, loading);
    loading.then(
      (loaded) => this.#known.set(generation, loaded),
      () => this.#known.delete(generation),
    );
    return loading;
  }

  async #load(number: number): Promise<MasterGeneration> {
    const [sealed] = await this.#database.read(undefined, [call(STARTED_AT, number)]);
    const lastUpdated = sealed!.rows[0]?.started_at as number | undefined;
    if (lastUpdated === undefined)
      throw new WarmfhirError('generation-unknown', `There is no sealed generation ${number}.`);
    const [counted] = await this.#database.read(undefined, [call(typeCounts(number))]);
    const rows = counted!.rows as unknown as { type: number; documents: number }[];
    const counts = new Map(rows.map(({ type, documents }) => [resourceTypeOfCode(type), documents]));
    const shared = { cacheBytes: this.#cacheBytes, addresses: this.#addresses };
    return new MasterGeneration({ number, lastUpdated, counts, ...shared });
  }
}
