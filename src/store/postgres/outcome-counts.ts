import type { Queryable } from './owner.ts';

/** How often documents of each type came again, gathered over one transaction. */
export class OutcomeCounts {
  readonly #unchanged = new Map<number, number>();
  readonly #superseded = new Map<number, number>();

  /** @param same whether it came with the same content */
  add(type: number, same: boolean): void {
    const counts = same ? this.#unchanged : this.#superseded;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }

  async save(client: Queryable, table: string): Promise<void> {
    const types = [...new Set([...this.#unchanged.keys(), ...this.#superseded.keys()])];
    if (types.length === 0) return;
    const count = (counts: ReadonlyMap<number, number>) => types.map((type) => counts.get(type) ?? 0);
    await client.query(
      `INSERT INTO ${table} AS o SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[])
       ON CONFLICT (type) DO UPDATE SET unchanged = o.unchanged + excluded.unchanged,
         superseded = o.superseded + excluded.superseded`,
      [types, count(this.#unchanged), count(this.#superseded)],
    );
  }
}
