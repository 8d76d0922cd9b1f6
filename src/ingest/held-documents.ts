import type { DocumentKey, GenerationBuild } from '../store/generation.ts';

/** Which documents a generation holds: looked up for a batch of questions at once, then answered without waiting. */
export class HeldDocuments {
  readonly #build: GenerationBuild;
  #held = new Set<string>();

  constructor(build: GenerationBuild) {
    this.#build = build;
  }

  /** Looks these up, in place of what was looked up before. */
  async look(keys: readonly DocumentKey[]): Promise<void> {
    this.#held = new Set(keys.length === 0 ? [] : await this.#build.held(keys));
  }

  /** Of one that was looked up: whether it is there. */
  has(type: string, id: string): boolean {
    return this.#held.has(`${type}/${id}`);
  }

  /** Counts one that is just being added. */
  add(type: string, id: string): void {
    this.#held.add(`${type}/${id}`);
  }
}
