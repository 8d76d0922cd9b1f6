import { isJsonSpace, ValueScanner } from './value-scanner.ts';

export interface BundleEntry {
  /** The entry's JSON text; null when it is larger than allowed. */
  readonly bytes: Uint8Array | null;
  /** From 1. */
  readonly number: number;
  /** Byte offset of the entry's start. */
  readonly offset: number;
}

export interface BundleProblem {
  readonly offset: number;
  readonly reason: string;
}

export interface BundleSplitterOptions {
  /** A larger entry is passed over without being held in memory. */
  readonly maxEntryBytes: number;
  /** Other members of the Bundle that are kept, up to 1 MB each, for example `type`. */
  readonly members: readonly string[];
}

type State =
  | 'start'
  | 'key-or-end'
  | 'key'
  | 'in-key'
  | 'colon'
  | 'value'
  | 'in-value'
  | 'comma-or-end'
  | 'entry-or-end'
  | 'entry'
  | 'in-entry'
  | 'entry-comma-or-end'
  | 'end';

const MAX_MEMBER_BYTES = 2 ** 20;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Cuts a Bundle into the texts of its top-level entries, in bytes and however it is chunked, holding one entry at a
 * time. Written for this place because JSON streaming libraries parse what they pass on: numbers lose their spelling
 * and byte offsets are gone.
 *
 * Only the outermost object is judged; an entry is a text between matching brackets. Once something is wrong with the
 * outermost object (`problem`), nothing more is found.
 */
export class BundleSplitter {
  readonly #options: BundleSplitterOptions;
  readonly #scanner = new ValueScanner();
  readonly #members = new Map<string, Uint8Array>();
  readonly #keys = new Set<string>();
  #repeatedKey: string | undefined;
  #state: State = 'start';
  #problem: BundleProblem | undefined;
  #chunkOffset = 0;
  #key = '';
  #entries = 0;
  /** The text that is being captured: its start, what earlier chunks had of it, and its bounds. */
  #captureOffset = 0;
  #parts: Uint8Array[] = [];
  #captured = 0;
  #captureLimit = 0;

  constructor(options: BundleSplitterOptions) {
    this.#options = options;
  }

  /** What was kept of the members asked for, as JSON text. The last one counts where a key comes twice. */
  get members(): ReadonlyMap<string, Uint8Array> {
    return this.#members;
  }

  /** Every key of the outermost object. */
  get keys(): ReadonlySet<string> {
    return this.#keys;
  }

  /** A key that the outermost object has twice. */
  get repeatedKey(): string | undefined {
    return this.#repeatedKey;
  }

  /** Why the text is not one JSON object; known for certain after `end`. */
  get problem(): BundleProblem | undefined {
    return this.#problem;
  }

  *push(chunk: Uint8Array): Generator<BundleEntry> {
    let at = 0;
    while (at < chunk.length && this.#problem === undefined) {
      const state = this.#state;
      if (state === 'in-key' || state === 'in-value' || state === 'in-entry') {
        const end = this.#scanner.scan(chunk, at);
        this.#capture(chunk.subarray(at, end === -1 ? chunk.length : end));
        if (end === -1) break;
        at = end;
        if (state === 'in-entry') yield this.#entry();
        else this.#finish(state);
      } else {
        const byte = chunk[at]!;
        if (isJsonSpace(byte) || this.#isMark(byte, at)) at++;
        else if (this.#step(state, byte, this.#chunkOffset + at)) at++;
      }
    }
    this.#chunkOffset += chunk.length;
  }

  /** Tells that the text is over. */
  end(): void {
    if (this.#state === 'end' || this.#problem !== undefined) return;
    const reason = this.#state === 'start' ? 'The file is empty.' : 'The JSON text ends too early.';
    this.#problem = { offset: this.#chunkOffset, reason };
  }

  #isMark(byte: number, at: number): boolean {
    const offset = this.#chunkOffset + at;
    return this.#state === 'start' && offset < 3 && BYTE_ORDER_MARK[offset] === byte;
  }

  /** One byte between values; true when it was used up. */
  #step(state: State, byte: number, offset: number): boolean {
    const char = String.fromCharCode(byte);
    switch (state) {
      case 'start':
        if (char !== '{') return this.#fail(offset, 'The text is not a JSON object.');
        this.#state = 'key-or-end';
        return true;
      case 'key-or-end':
      case 'key':
        if (char === '}' && state === 'key-or-end') this.#state = 'end';
        else if (char === '"') return this.#begin('in-key', byte, offset, MAX_MEMBER_BYTES);
        else return this.#unexpected(offset);
        return true;
      case 'colon':
        if (char !== ':') return this.#unexpected(offset);
        this.#state = 'value';
        return true;
      case 'value':
        if (char === '[' && this.#key === 'entry') this.#state = 'entry-or-end';
        else if (',:]}'.includes(char)) return this.#unexpected(offset);
        else if (this.#key === 'entry') return this.#fail(offset, 'The entry of the Bundle is not an array.');
        else {
          const kept = this.#options.members.includes(this.#key);
          return this.#begin('in-value', byte, offset, kept ? MAX_MEMBER_BYTES : 0);
        }
        return true;
      case 'comma-or-end':
        if (char !== ',' && char !== '}') return this.#unexpected(offset);
        this.#state = char === ',' ? 'key' : 'end';
        return true;
      case 'entry-or-end':
      case 'entry':
        if (char === ']' && state === 'entry-or-end') this.#state = 'comma-or-end';
        else if (',:]}'.includes(char)) return this.#unexpected(offset);
        else return this.#begin('in-entry', byte, offset, this.#options.maxEntryBytes);
        return true;
      case 'entry-comma-or-end':
        if (char !== ',' && char !== ']') return this.#unexpected(offset);
        this.#state = char === ',' ? 'entry' : 'comma-or-end';
        return true;
      default:
        return this.#fail(offset, 'There is more text behind the JSON object.');
    }
  }

  #begin(state: State, first: number, offset: number, limit: number): false {
    this.#state = state;
    this.#scanner.begin(first);
    this.#captureOffset = offset;
    this.#captureLimit = limit;
    this.#captured = 0;
    this.#parts = [];
    return false;
  }

  #capture(part: Uint8Array): void {
    this.#captured += part.length;
    if (this.#captured > this.#captureLimit) this.#parts = [];
    else this.#parts.push(part);
  }

  /** The captured text, or null where it was too long. */
  #taken(): Uint8Array | null {
    const parts = this.#parts;
    this.#parts = [];
    if (this.#captured > this.#captureLimit) return null;
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  #entry(): BundleEntry {
    this.#state = 'entry-comma-or-end';
    this.#entries++;
    return { bytes: this.#taken(), number: this.#entries, offset: this.#captureOffset };
  }

  #finish(state: 'in-key' | 'in-value'): void {
    const text = this.#taken();
    if (state === 'in-value') {
      if (text !== null) this.#members.set(this.#key, text);
      this.#state = 'comma-or-end';
      return;
    }
    this.#key = text === null ? '' : Buffer.from(text.subarray(1, -1)).toString('latin1');
    if (this.#keys.has(this.#key)) this.#repeatedKey ??= this.#key;
    this.#keys.add(this.#key);
    this.#state = 'colon';
  }

  #unexpected(offset: number): false {
    return this.#fail(offset, `The JSON text is malformed at byte ${offset}.`);
  }

  #fail(offset: number, reason: string): false {
    this.#problem = { offset, reason };
    return false;
  }
}
