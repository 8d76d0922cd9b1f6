import { UCUM_BASE } from '../../../fhir/search/indexed-values.ts';
import { type ArmCriterion, conjuncts } from '../../search/arm-criterion.ts';
import { type Fragment, fragment, joined, type SqlValue } from '../../search/fragment.ts';
import type { MemoryPart } from '../../search/plan-memory.ts';
import { type Access, accessesOf } from './access.ts';
import type { UnitKey } from './sort-walk.ts';

/** What leads a search: ranges of an index, and what is left to ask of each document found. */
export interface Lead {
  readonly accesses: readonly Access[];
  readonly rest: readonly ArmCriterion[];
  /** Rows that it leads to, or some more than are few. */
  readonly count: number;
  readonly few: boolean;
}

/** Runs of an index that are walked side by side in the order of a quantity: each adds to the text of the statement. */
const MOST_UNITS = 100;

/** Documents that are looked at one by one rather than walking on past many others. */
const MOST_COLLECTED = 30_000;

/** Plans kept of one criterion, which may be asked for with any number of documents to a page. */
const MOST_LEADS = 4;

/** What planning asks a file. */
interface PlannedFile {
  rows(sql: string, values: readonly SqlValue[]): SqlValue[][];
  size(type: string): number;
}

/** Chooses what leads a search of one arm, by counting at most so many rows of each index range. */
export class SearchPlan {
  readonly #file: PlannedFile;
  readonly #memory: (() => MemoryPart) | undefined;
  /** Plans by the criterion itself, for the state of the file that `#planned` stands for. */
  #leads = new WeakMap<ArmCriterion, Map<string, Lead | undefined>>();
  #planned: MemoryPart | undefined;

  /** @param memory of the file as it is; absent for a file that changes */
  constructor(file: PlannedFile, memory: (() => MemoryPart) | undefined) {
    this.#file = file;
    this.#memory = memory;
  }

  /**
   * The part of a criterion whose index leads to the fewest documents, or whose index is in the order of rids.
   * @param limit documents that are looked for
   * @param order what they are wanted in the order of
   */
  lead(type: string, criterion: ArmCriterion, limit: number, order: 'rid' | 'key' = 'rid'): Lead | undefined {
    if (this.#memory === undefined) return this.#choose(type, conjuncts(criterion), limit, order);
    const memory = this.#memory();
    if (memory !== this.#planned) {
      // What a chain leads to in the master outlives changes of the overlay, so the criterion does not tell them.
      this.#leads = new WeakMap();
      this.#planned = memory;
    }
    const leads = this.#leads.get(criterion);
    const key = `${type} ${limit} ${order}`;
    if (leads?.has(key)) return leads.get(key);
    const lead = this.#choose(type, conjuncts(criterion), limit, order);
    this.#keep(criterion, key, lead);
    return lead;
  }

  /**
   * What leads there when walking came to nothing, also if it is to many documents; from then on it is what leads this search.
   * Undefined where it would be more than can be looked at.
   */
  leadInstead(type: string, criterion: ArmCriterion, limit: number, order: 'rid' | 'key'): Lead | undefined {
    const best = this.#best(type, conjuncts(criterion), MOST_COLLECTED + 1)[0];
    if (best === undefined || best.count > MOST_COLLECTED) return undefined;
    const lead = { ...best, few: true };
    if (this.#memory !== undefined) this.#keep(criterion, `${type} ${limit} ${order}`, lead);
    return lead;
  }

  #keep(criterion: ArmCriterion, key: string, lead: Lead | undefined): void {
    let leads = this.#leads.get(criterion);
    if (leads === undefined || leads.size >= MOST_LEADS) {
      leads = new Map();
      this.#leads.set(criterion, leads);
    }
    leads.set(key, lead);
  }

  #choose(
    type: string,
    parts: readonly ArmCriterion[],
    limit: number,
    order: 'rid' | 'key',
  ): Lead | undefined {
    const few = this.#few(type, limit, order);
    const counted = this.#best(type, parts, few + 1);
    const best = counted[0];
    if (best === undefined) return undefined;
    if (best.count <= few) return { ...best, few: true };
    const ordered = counted.find(({ accesses }) => accesses.every((access) => access.ordered));
    return ordered && { ...ordered, few: false };
  }

  /** The parts that an index leads to, fewest rows first; counted up to `most`. */
  #best(type: string, parts: readonly ArmCriterion[], most: number): readonly Omit<Lead, 'few'>[] {
    const indexed = {
      systemsOf: (table: 'token' | 'identifier', parameter: number, code: string) =>
        this.#systems(table, parameter, code),
      unitsOf: (parameter: number) => this.units(parameter),
    };
    const counted = parts.flatMap((part) => {
      const accesses = accessesOf(part, type, indexed);
      if (accesses === undefined) return [];
      return [{ rest: parts.filter((other) => other !== part), ...this.#counted(accesses, most) }];
    });
    return counted.sort((a, b) => a.count - b.count);
  }

  /**
   * So many documents are looked at one by one rather than walking on in order until a page is full. Where c of n documents
   * match, a page of m is full after m·n/c steps: that is as much as c looks at √(m·n), weighted by what a look costs.
   */
  #few(type: string, limit: number, order: 'rid' | 'key'): number {
    const weight = order === 'rid' ? 2 : 1.2;
    return Math.min(5_000, Math.max(200, weight * Math.sqrt(limit * this.#file.size(type))));
  }

  /** Rows of index ranges, as far as `most`. */
  countUpTo(accesses: readonly Access[], most: number): number {
    return this.#counted(accesses, most).count;
  }

  /** Without the ranges that are known to be empty. */
  #counted(accesses: readonly Access[], most: number): Pick<Lead, 'accesses' | 'count'> {
    const used: Access[] = [];
    let count = 0;
    for (const access of accesses) {
      if (count >= most) {
        used.push(access);
        continue;
      }
      const { from, where } = access;
      const sql = joined(
        [
          fragment(`SELECT count(*) FROM (SELECT 1 FROM ${from} WHERE`),
          where,
          fragment('LIMIT ?)', Math.ceil(most)),
        ],
        ' ',
      );
      const found = this.remembered(sql);
      if (found > 0) used.push(access);
      count += found;
    }
    return { accesses: used, count };
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

  /** Units that the values of a parameter are in; undefined where they are more than can be walked side by side. */
  units(parameter: number): readonly UnitKey[] | undefined {
    return this.#remembered(`units ${parameter}`, () => {
      const next = `SELECT code, system FROM quantity INDEXED BY quantity_low
        WHERE parameter = ? AND (code, system) > (?, ?) ORDER BY code, system LIMIT 1`;
      const base = this.#file.rows('SELECT number FROM system WHERE uri = ?', [UCUM_BASE])[0]?.[0];
      const units: UnitKey[] = [];
      for (let last: UnitKey = ['', -1]; units.length <= MOST_UNITS; ) {
        const row = this.#file.rows(next, [parameter, ...last])[0];
        if (row === undefined) return units;
        last = [row[0] as string, row[1] as number];
        if (last[1] !== base) units.push(last);
      }
      return undefined;
    }) as readonly UnitKey[] | undefined;
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
