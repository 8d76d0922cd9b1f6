import { createHash } from 'node:crypto';

/** Characters of a key that are kept: a search may name thousands of values. */
const LONGEST_KEY = 300;

/** What an entry costs beyond its key, bytes: the map's own part, and a number as value. */
const ENTRY_BYTES = 100;

/** Where answers are kept that hold for one state of one file. */
export interface MemoryPart {
  /** @param bytes what keeping the answer takes beyond what can be seen in it */
  get(key: string, find: () => unknown, bytes?: number): unknown;
}

/**
 * What was found out about files while they are what they are: bounded in bytes, the oldest entries go first. Of long
 * keys a hash is kept.
 */
export class PlanMemory<Value> {
  readonly #limit: number;
  readonly #entries = new Map<string, { readonly value: Value; readonly bytes: number }>();
  #bytes = 0;
  #parts = 0;

  /** @param bytes that all entries may take, roughly */
  constructor(bytes: number) {
    this.#limit = bytes;
  }

  /** A part with keys of its own, for one state of a file: after a change another is asked for, and the former runs out. */
  part(): MemoryPart {
    this.#parts += 1;
    const prefix = `${this.#parts} `;
    return { get: (key, find, bytes) => this.get(prefix + key, find as () => Value, bytes) };
  }

  /** What is known already. */
  peek(key: string): Value | undefined {
    return this.#entries.get(shortened(key))?.value;
  }

  /** @param alsoBytes what keeping the value takes beyond what can be seen in it */
  get(key: string, find: () => Value, alsoBytes = 0): Value {
    const short = shortened(key);
    const known = this.#entries.get(short);
    if (known !== undefined) return known.value;
    const value = find();
    const bytes = sizeOf(short, value) + alsoBytes;
    this.#bytes += bytes;
    for (const [oldest, its] of this.#entries) {
      if (this.#bytes <= this.#limit) break;
      this.#entries.delete(oldest);
      this.#bytes -= its.bytes;
    }
    this.#entries.set(short, { value, bytes });
    return value;
  }
}

function shortened(key: string): string {
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64');
}

/** Lists of keys that a chain leads to may be long; most of what else is kept are numbers. */
function sizeOf(key: string, value: unknown): number {
  const own = typeof value === 'object' && value !== null ? 2 * JSON.stringify(value).length : 0;
  return ENTRY_BYTES + key.length + own;
}
