import { WarmfhirError } from '../errors.ts';
import { type RequestEntry, readRequestEntry } from './bundle-text.ts';
import { orderOf } from './entry-request.ts';
import type { BatchEntry } from './request-bundles.ts';
import { inEntry } from './transaction-plan.ts';

type HeldEntry =
  | (RequestEntry & { readonly index: number })
  | { readonly index: number; readonly error: WarmfhirError };

/** The entries of a batch in the order in which they are carried out: https://hl7.org/fhir/R4/http.html#brules */
export class BatchEntries {
  readonly #entries: readonly HeldEntry[];

  /** @param bases base URLs of the server, without a slash at the end */
  constructor(texts: readonly Uint8Array[], bases: readonly string[]) {
    this.#entries = texts
      .map((text, index) => heldEntry(text, index, bases))
      .sort((a, b) => placeOf(a) - placeOf(b) || a.index - b.index);
  }

  slice(from: number, count: number): readonly BatchEntry[] {
    return this.#entries.slice(from, from + count).map((entry): BatchEntry => {
      const { index } = entry;
      if ('error' in entry) {
        const { code, detail, issues } = entry.error;
        return { ok: false, index, code, detail, issues };
      }
      const { request, resource } = entry;
      // A view would take the whole Bundle along.
      return { ok: true, index, request, ...(resource && { resource: new Uint8Array(resource) }) };
    });
  }
}

function heldEntry(text: Uint8Array, index: number, bases: readonly string[]): HeldEntry {
  try {
    return { index, ...inEntry(index, () => readRequestEntry(text, bases)) };
  } catch (error) {
    if (!(error instanceof WarmfhirError)) throw error;
    return { index, error };
  }
}

/** What cannot be carried out comes first. */
function placeOf(entry: HeldEntry): number {
  return 'error' in entry ? -1 : orderOf(entry.request);
}
