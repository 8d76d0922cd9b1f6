import { createHash } from 'node:crypto';

/** Characters of a key that are kept: a search may name thousands of values. */
const LONGEST_KEY = 300;

/** What an entry costs beyond its key, bytes: the map's own part, and a number as value. */
const ENTRY_BYTES = 100;

/**
 * What was found out about a sealed file, which never changes: bounded in bytes, the oldest entries go first. Of long
 * keys a hash is kept.
 */
export class PlanMemory<Value> {
  readonly #limit: number;
  readonly #entries = new Map<string, Value>();
  #bytes = 0;

  /** @param bytes that all entries may take, roughly */
  constructor(bytes: number) {
    this.#limit = bytes;
  }

  /** What is known already. */
  peek(key: string): Value | undefined {
    return this.#entries.get(shortened(key));
  }

  get(key: string, find: () => Value): Value {
    const short = shortened(key);
    const known = this.#entries.get(short);
    if (known !== undefined) return known;
    const value = find();
    this.#bytes += sizeOf(short, value);
    for (const [oldest, itsValue] of this.#entries) {
      if (this.#bytes <= this.#limit) break;
      this.#entries.delete(oldest);
      this.#bytes -= sizeOf(oldest, itsValue);
    }
    this.#entries.set(short, value);
    return value;
  }
}

function shortened(key: string): string {
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64');
}

/** Lists of keys that a chain leads to may be long; what else is kept are numbers. */
function sizeOf(key: string, value: unknown): number {
  const own = typeof value === 'object' && value !== null ? 2 * JSON.stringify(value).length : 0;
  return ENTRY_BYTES + key.length + own;
}
