import { createHash } from 'node:crypto';

/** Characters of a key that are kept: a search may name thousands of values. */
const LONGEST_KEY = 300;

/** What was found out about a sealed file, which never changes: bounded, the oldest entries go first. Of long keys a hash is kept. */
export class PlanMemory<Value> {
  readonly #limit: number;
  readonly #entries = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is known already. */
  peek(key: string): Value | undefined {
    return this.#entries.get(shortened(key));
  }

  get(key: string, find: () => Value): Value {
    const short = shortened(key);
    let value = this.#entries.get(short);
    if (value === undefined) {
      value = find();
      if (this.#entries.size >= this.#limit) this.#entries.delete(this.#entries.keys().next().value!);
      this.#entries.set(short, value);
    }
    return value;
  }
}

function shortened(key: string): string {
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64');
}
