import { timingSafeEqual } from 'node:crypto';
import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../errors.ts';
import type { Store } from '../../store/store.ts';

/** Length of what `Store.sign` gives. */
const SIGNATURE_LENGTH = 22;

/**
 * A position in a list of pages as an opaque text that works for one tenant, one generation and one query: whoever
 * sends it with any other is told so, and learns nothing.
 */
export class PageTokens {
  readonly #store: Store;
  readonly #subject: string;

  /** @param query everything that decides what the pages hold */
  constructor(store: Store, { tenant, generation }: TenantCollection, query: string) {
    this.#store = store;
    this.#subject = JSON.stringify(['page', tenant, generation, query]);
  }

  of(cursor: string): string {
    return this.#signature(cursor) + encoded(cursor);
  }

  /** The cursor that a token stands for. Throws `page-token-invalid`. */
  cursor(token: string): string {
    const text = token.slice(SIGNATURE_LENGTH);
    const cursor = Buffer.from(text, 'base64url').toString();
    const expected = Buffer.from(this.#signature(cursor), 'latin1');
    const given = Buffer.from(token.slice(0, SIGNATURE_LENGTH), 'latin1');
    if (given.length !== expected.length || !timingSafeEqual(given, expected) || encoded(cursor) !== text) {
      throw new WarmfhirError('page-token-invalid');
    }
    return cursor;
  }

  #signature(cursor: string): string {
    return this.#store.sign(`${this.#subject}\n${cursor}`);
  }
}

function encoded(cursor: string): string {
  return Buffer.from(cursor).toString('base64url');
}
