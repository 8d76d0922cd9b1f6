import type { GenerationBuild } from '../store/generation.ts';
import { type Criteria, identifierTokens } from './criteria.ts';
import type { HeldDocuments } from './held-documents.ts';

/** The one id that criteria find, or why it is not one. */
export type Match = { readonly id: string } | 'none' | 'several';

/**
 * Which documents of a generation some identifiers mean. Holds what was asked for alone: first everything is `need`ed,
 * then `scan` goes through the documents once, then `match` answers. Whoever asks by id has `held` look it up before.
 */
export class IdentifierMatches {
  readonly #build: GenerationBuild;
  readonly #held: HeldDocuments;
  /** By type and token; two ids are as good as many. */
  readonly #ids = new Map<string, Map<string, string[]>>();

  constructor(build: GenerationBuild, held: HeldDocuments) {
    this.#build = build;
    this.#held = held;
  }

  need(type: string, criteria: Criteria): void {
    if (criteria.kind === 'id') return;
    const tokens = this.#ids.get(type) ?? new Map<string, string[]>();
    this.#ids.set(type, tokens);
    if (!tokens.has(criteria.token)) tokens.set(criteria.token, []);
  }

  /** Goes through all documents of the types that are needed, pausing between some. */
  async *scan(): AsyncGenerator<void> {
    for (const type of [...this.#ids.keys()].sort()) {
      for await (const documents of this.#build.documentsOfType(type)) {
        for (const { id, json } of documents) this.#note(type, id, json);
        yield;
      }
    }
  }

  /** Takes a document into account that is just being added. */
  add(type: string, id: string, json: string): void {
    this.#held.add(type, id);
    this.#note(type, id, json);
  }

  #note(type: string, id: string, json: string): void {
    const tokens = this.#ids.get(type);
    if (tokens === undefined) return;
    for (const token of identifierTokens(JSON.parse(json))) {
      const ids = tokens.get(token);
      if (ids !== undefined && ids.length < 2 && !ids.includes(id)) ids.push(id);
    }
  }

  match(type: string, criteria: Criteria): Match {
    if (criteria.kind === 'id') return this.#held.has(type, criteria.id) ? { id: criteria.id } : 'none';
    const ids = this.#ids.get(type)?.get(criteria.token) ?? [];
    if (ids.length > 1) return 'several';
    return ids.length === 0 ? 'none' : { id: ids[0]! };
  }
}
