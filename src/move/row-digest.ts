import { createHash } from 'node:crypto';

/** What was counted and hashed of one kind of rows. */
export interface DigestedRows {
  readonly count: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
}

/** Counts rows and hashes them in the order in which they come. */
export class RowDigest {
  readonly #hash = createHash('sha256');
  #count = 0;

  /** Adds a row: texts, numbers, booleans and nulls in a fixed order. */
  add(...values: readonly (string | number | boolean | null)[]): void {
    this.#count++;
    // JSON keeps values apart, and a row from the next.
    this.#hash.update(JSON.stringify(values));
  }

  result(): DigestedRows {
    return { count: this.#count, sha256: this.#hash.copy().digest('hex') };
  }
}
