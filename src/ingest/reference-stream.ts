import { resourceHead } from '../source/bundle-entry.ts';
import { RawBatchBuilder } from '../source/raw-batch.ts';
import type {
  FetchedResource,
  RawBatch,
  ReferenceFetcher,
  ReferenceKey,
  SourceStream,
} from '../source/source.ts';
import type { GenerationBuild } from '../store/generation.ts';
import { referencesIn } from './reference-text.ts';

/** So many are asked for at once, and committed together. */
const WINDOW = 8;

/**
 * Fetches what documents refer to and the generation lacks, and what those refer to in turn. Always those come next that
 * are first by name, so that the order does not depend on timing. What the server does not have is asked for once.
 */
export class ReferenceStream implements SourceStream {
  readonly name = 'references';
  readonly #fetcher: ReferenceFetcher;
  readonly #build: GenerationBuild;
  readonly #missing = new Map<string, ReferenceKey>();
  readonly #tried = new Set<string>();

  constructor(options: { readonly fetcher: ReferenceFetcher; readonly build: GenerationBuild }) {
    this.#fetcher = options.fetcher;
    this.#build = options.build;
  }

  async *read(checkpoint: string | undefined, signal: AbortSignal): AsyncGenerator<RawBatch> {
    let { position } =
      checkpoint === undefined ? { position: 0 } : (JSON.parse(checkpoint) as { position: number });
    await this.#noteStored();
    while (this.#missing.size > 0 && !signal.aborted) {
      const names = [...this.#missing.keys()].sort().slice(0, WINDOW);
      const keys = names.map((name) => this.#missing.get(name)!);
      const resources = await Promise.all(keys.map((key) => this.#fetcher.fetch(key, signal)));
      const batch = new RawBatchBuilder();
      const references: string[] = [];
      for (const [index, name] of names.entries()) {
        this.#missing.delete(name);
        this.#tried.add(name);
        const resource = resources[index];
        if (resource === undefined) continue;
        if (this.#add(batch, keys[index]!, resource, position))
          references.push(...referencesOf(resource.bytes));
        position++;
      }
      await this.#note(references);
      yield batch.take({ position });
    }
    yield new RawBatchBuilder().take({ position }, true);
  }

  /** Whether what came is what was asked for. */
  #add(
    batch: RawBatchBuilder,
    key: ReferenceKey,
    { bytes, origin }: FetchedResource,
    position: number,
  ): boolean {
    const { type, id } = resourceHead(bytes);
    if (type !== key.type || id !== key.id) {
      const reason = `The server answered with another resource than ${key.type}/${key.id}.`;
      batch.add({ kind: 'reject', origin, reason, type: key.type });
      return false;
    }
    batch.add({ kind: 'resource', position, origin, bytes });
    return true;
  }

  /** Goes through everything that the generation holds. */
  async #noteStored(): Promise<void> {
    for (const { type } of await this.#build.counts()) {
      for await (const documents of this.#build.documentsOfType(type)) {
        await this.#note(documents.flatMap(({ json }) => [...referencesIn(json)]));
      }
    }
  }

  async #note(references: readonly string[]): Promise<void> {
    const keys = new Map<string, ReferenceKey>();
    for (const reference of references) {
      const key = this.#fetcher.keyOf(reference);
      if (key === undefined) continue;
      const name = `${key.type}/${key.id} ${key.url}`;
      if (!this.#tried.has(name) && !this.#missing.has(name)) keys.set(name, key);
    }
    const held = await this.#build.held([...keys.values()]);
    for (const [name, key] of keys) {
      if (!held.has(`${key.type}/${key.id}`)) this.#missing.set(name, key);
    }
  }
}

/** References of a resource that has not been parsed yet; none where it is not JSON, which others will notice. */
function referencesOf(bytes: Uint8Array): readonly string[] {
  try {
    return [...referencesIn(JSON.stringify(JSON.parse(Buffer.from(bytes).toString())))];
  } catch {
    return [];
  }
}
