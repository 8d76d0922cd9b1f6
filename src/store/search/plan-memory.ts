/** What was found out about a sealed file, which never changes: bounded, the oldest entries go first. */
export class PlanMemory<Value> {
  readonly #limit: number;
  readonly #entries = new Map<string, Value>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is known already. */
  peek(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  get(key: string, find: () => Value): Value {
    let value = this.#entries.get(key);
    if (value === undefined) {
      value = find();
      if (this.#entries.size >= this.#limit) this.#entries.delete(this.#entries.keys().next().value!);
      this.#entries.set(key, value);
    }
    return value;
  }
}
