import type { ArmCriterion } from '../../search/arm-criterion.ts';
import { type Fragment, fragment, joined, type SqlValue } from '../../search/fragment.ts';
import type { PlanMemory } from '../../search/plan-memory.ts';
import { type Access, accessesOf } from './access.ts';

/** What leads a search: ranges of an index, and what is left to ask of each document found. */
export interface Lead {
  readonly accesses: readonly Access[];
  readonly rest: readonly ArmCriterion[];
  /** Rows that it leads to, or some more than are few. */
  readonly count: number;
  readonly few: boolean;
}

/** What planning asks a file. */
interface PlannedFile {
  rows(sql: string, values: readonly SqlValue[]): SqlValue[][];
  size(type: string): number;
}

/** Chooses what leads a search of one arm, by counting at most so many rows of each index range. */
export class SearchPlan {
  readonly #file: PlannedFile;
  readonly #memory: (() => PlanMemory<unknown>) | undefined;

  /** @param memory of the file as it is; absent for a file that changes */
  constructor(file: PlannedFile, memory: (() => PlanMemory<unknown>) | undefined) {
    this.#file = file;
    this.#memory = memory;
  }

  /** The criterion whose index leads to the fewest documents, or whose index is in the order of rids. */
  lead(type: string, parts: readonly ArmCriterion[], limit: number): Lead | undefined {
    const systemsOf = (table: 'token' | 'identifier', parameter: number, code: string) =>
      this.#systems(table, parameter, code);
    const choices = parts.flatMap((part) => {
      const accesses = accessesOf(part, type, systemsOf);
      return accesses === undefined ? [] : [{ accesses, rest: parts.filter((other) => other !== part) }];
    });
    if (choices.length === 0) return undefined;
    const few = this.#few(type, limit);
    const counted = choices.map((choice) => ({
      ...choice,
      count: this.countUpTo(choice.accesses, few + 1),
    }));
    counted.sort((a, b) => a.count - b.count);
    const best = counted[0]!;
    if (best.count <= few) return { ...best, few: true };
    const ordered = counted.find(({ accesses }) => accesses.every((access) => access.ordered));
    return ordered && { ...ordered, few: false };
  }

  /** So many documents are looked at one by one rather than walking on in order until a page is full. */
  #few(type: string, limit: number): number {
    return Math.min(5_000, Math.max(200, 2 * Math.sqrt(limit * this.#file.size(type))));
  }

  /** Rows of index ranges, as far as `most`. */
  countUpTo(accesses: readonly Access[], most: number): number {
    let count = 0;
    for (const { from, where } of accesses) {
      if (count >= most) break;
      const sql = joined(
        [
          fragment(`SELECT count(*) FROM (SELECT 1 FROM ${from} WHERE`),
          where,
          fragment('LIMIT ?)', Math.ceil(most)),
        ],
        ' ',
      );
      count += this.remembered(sql);
    }
    return count;
  }

  #systems(table: 'token' | 'identifier', parameter: number, code: string): readonly number[] {
    return this.#remembered(`systems ${table} ${parameter} ${code}`, () => {
      const sql = `SELECT system FROM ${table} INDEXED BY ${table}_value
        WHERE parameter = ? AND code = ? AND system > ? ORDER BY system LIMIT 1`;
      const systems: number[] = [];
      for (let last = -1; systems.length < 50; ) {
        const row = this.#file.rows(sql, [parameter, code, last])[0];
        if (row === undefined) break;
        last = row[0] as number;
        systems.push(last);
      }
      return systems;
    }) as readonly number[];
  }

  /** A number that a query gives, kept where the file never changes. */
  remembered(sql: Fragment): number {
    return this.#remembered(`${sql.sql}\n${sql.values.join('\u0001')}`, () => this.number(sql)) as number;
  }

  #remembered(key: string, find: () => unknown): unknown {
    return this.#memory === undefined ? find() : this.#memory().get(key, find);
  }

  number({ sql, values }: Fragment): number {
    return this.#file.rows(sql, values)[0]![0] as number;
  }
}
