type Row = readonly [number, ...unknown[]];

/** From so many rows of one parameter on their keys are hashed. */
const FEW = 24;

/** Index rows, each but once. Rows of one parameter are added together. */
export class RowList<R extends Row> {
  readonly rows: R[] = [];
  #parameter = -1;
  #first = 0;
  #keys: Set<string> | undefined;

  add(row: R): void {
    if (row[0] !== this.#parameter) {
      this.#parameter = row[0];
      this.#first = this.rows.length;
      this.#keys = undefined;
    }
    if (!this.#has(row)) this.rows.push(row);
  }

  clear(): void {
    this.rows.length = 0;
    this.#parameter = -1;
    this.#keys = undefined;
  }

  /** True when rows of the parameter were added. */
  holds(parameter: number): boolean {
    return this.#parameter === parameter;
  }

  #has(row: R): boolean {
    if (this.rows.length - this.#first < FEW) {
      for (let at = this.#first; at < this.rows.length; at++) if (isEqual(this.rows[at]!, row)) return true;
      return false;
    }
    this.#keys ??= new Set(this.rows.slice(this.#first).map((known) => JSON.stringify(known)));
    const key = JSON.stringify(row);
    if (this.#keys.has(key)) return true;
    this.#keys.add(key);
    return false;
  }
}

function isEqual(a: Row, b: Row): boolean {
  for (let at = 1; at < a.length; at++) {
    if (a[at] === b[at]) continue;
    if (typeof a[at] !== 'object' || JSON.stringify(a[at]) !== JSON.stringify(b[at])) return false;
  }
  return a.length === b.length;
}
