import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import { type ArmCriterion, conjuncts, type RefersCriterion } from '../../search/arm-criterion.ts';
import {
  allOf,
  FALSE,
  type Fragment,
  fragment,
  joined,
  type SqlValue,
  TRUE,
  wrapped,
} from '../../search/fragment.ts';
import type { MemoryPart } from '../../search/plan-memory.ts';
import type { Position, SortValue } from '../../search/position.ts';
import type { TypeSortKey } from '../../search/sort-key.ts';
import type { ArmFile } from './arm-file.ts';
import { ArmKeys, type VaryingKey } from './arm-keys.ts';
import { type ArmPosition, afterConstants, withoutFirst } from './arm-position.ts';
import type { ArmProfile } from './arm-profile.ts';
import type { ArmSearch } from './arm-search.ts';
import { CriterionConditions } from './criterion-condition.ts';
import { behind } from './keyset.ts';
import { firstReferrers } from './referrers.ts';
import { inTime } from './search-functions.ts';
import { type Lead, SearchPlan } from './search-plan.ts';
import { type SortWalk, sortWalk } from './sort-walk.ts';
import { sortedRows, valuedRows } from './sorted-rows.ts';

/** Rows of an index that are counted without being asked for, and documents that are looked at. */
const MOST_COUNTED = 2_000;
const MOST_LOOKED_AT = 300;

/**
 * Rows of an index that are sorted here where they do not come in order: SQLite would set up a table of its own for it, which takes
 * longer than so few rows are worth.
 */
const MOST_SORTED_HERE = 300;

/** Rows that are walked along before another way is looked for. */
const MOST_WALKED = 10_000;

/** Referrers of a document, on the average, that are worth not being read. */
const FEWEST_REFERRERS = 8;

/**
 * Searches one arm of a collection, the master or an overlay, as if there were no other. The cheapest way is chosen by
 * counting at most so many rows of each index range: either the documents that some range leads to are few, and all are
 * looked at; or documents are walked in the order asked for until the page is full.
 */
export class SearchArm {
  readonly #file: ArmFile;
  readonly #profile: ArmProfile;
  readonly #keys: ArmKeys;
  readonly #plan: SearchPlan;

  constructor(file: ArmFile, profile: ArmProfile, memory: (() => MemoryPart) | undefined) {
    this.#file = file;
    this.#profile = profile;
    this.#keys = new ArmKeys(profile);
    this.#plan = new SearchPlan(file, memory);
  }

  /** Positions of documents in the order of the search, at most `limit`. */
  find(search: ArmSearch): Position[] {
    if (search.limit <= 0) return [];
    const constants = search.keys.map((key) => this.#keys.constant(key));
    const start = afterConstants(search, constants);
    if (start === 'nothing') return [];
    const keys = search.keys.flatMap((key, index) =>
      constants[index] === undefined ? [this.#keys.varying(key)] : [],
    );
    const found = this.#find({ ...search, after: start }, keys);
    if (keys.length === search.keys.length) return found;
    return found.map(({ rid, values }) => {
      let next = 0;
      return {
        rid,
        values: constants.map((constant) => (constant === undefined ? values[next++]! : constant)),
      };
    });
  }

  /** Exact number of documents that satisfy a criterion. */
  count(type: string, criterion: ArmCriterion): number {
    const lead = this.#plan.lead(type, criterion, 1);
    const sql = this.#select({ type }, conjuncts(criterion), lead, () => TRUE);
    return sql === undefined ? 0 : this.#plan.remembered(wrapped('SELECT count(*) FROM (', sql, ')'));
  }

  /** The exact number where few documents have to be looked at for it, otherwise undefined. */
  cheapCount(type: string, criterion: ArmCriterion): number | undefined {
    const lead = this.#plan.lead(type, criterion, 1);
    const isCheap =
      lead === undefined
        ? conjuncts(criterion).length === 0 || this.#file.size(type) <= MOST_LOOKED_AT
        : lead.rest.length === 0
          ? this.#plan.countUpTo(lead.accesses, MOST_COUNTED + 1) <= MOST_COUNTED
          : lead.few && lead.count <= MOST_LOOKED_AT;
    return isCheap ? this.count(type, criterion) : undefined;
  }

  /** How many of these documents satisfy it. */
  countAmong(type: string, criterion: ArmCriterion, rids: readonly number[]): number {
    const condition = new CriterionConditions(this.#profile).of(criterion, 's.value', type);
    const sql = joined(
      [fragment('SELECT count(*) FROM json_each(?) s WHERE', JSON.stringify(rids)), condition],
      ' ',
    );
    return this.#plan.number(sql);
  }

  /** Whether one document satisfies it. */
  satisfies(type: string, criterion: ArmCriterion, rid: number): boolean {
    const condition = new CriterionConditions(this.#profile).of(criterion, 's.rid', type);
    const sql = joined([fragment('SELECT count(*) FROM (SELECT ? AS rid) s WHERE', rid), condition], ' ');
    return this.#plan.number(sql) > 0;
  }

  /** Rids of the documents of a type that refer to one by a parameter and satisfy a criterion. */
  referrers(
    parameter: number,
    target: { readonly type: string; readonly id: string },
    type: string,
    criterion: ArmCriterion,
  ): number[] {
    const condition = new CriterionConditions(this.#profile).of(criterion, 'x.rid', type);
    const of = fragment(
      'SELECT DISTINCT x.rid FROM reference x INDEXED BY reference_target WHERE x.parameter = ? AND x.id = ? AND x.type = ? AND x.base = 0 AND',
      ...[parameter, target.id, resourceTypeCode(target.type)],
    );
    const sql = joined([of, condition], ' ');
    return this.#file.rows(sql.sql, sql.values).map(([rid]) => rid as number);
  }

  /** What a document is sorted by. */
  sortValues(keys: readonly TypeSortKey[], rid: number): SortValue[] {
    return keys.map((key) => {
      const constant = this.#keys.constant(key);
      if (constant !== undefined) return constant;
      const value = this.#keys.varying(key).value('s.rid');
      const sql = joined([fragment('SELECT'), value, fragment('FROM (SELECT ? AS rid) s', rid)], ' ');
      return this.#file.rows(sql.sql, sql.values)[0]![0] ?? null;
    });
  }

  #find(search: ArmSearch, keys: readonly VaryingKey[]): Position[] {
    const parts = conjuncts(search.criterion);
    const { type, criterion, limit, wanted = limit } = search;
    const order = keys.length === 0 ? 'rid' : 'key';
    const by = (lead: Lead | undefined) => this.#by(search, parts, keys, lead);
    const lead = this.#plan.lead(type, criterion, wanted, order);
    if (lead?.count === 0) return [];
    if (lead?.few || parts.length === 0) return by(lead);
    const found = this.#file.within(MOST_WALKED, () => by(lead));
    // What matches may lie far behind, however much of it there is.
    return found ?? by(this.#plan.leadInstead(type, criterion, wanted, order) ?? lead);
  }

  /** By what leads there where it leads to few, otherwise by walking. */
  #by(
    search: ArmSearch,
    parts: readonly ArmCriterion[],
    keys: readonly VaryingKey[],
    lead: Lead | undefined,
  ): Position[] {
    if (keys.length === 0) return this.#byRid(search, parts, lead);
    if (lead?.few) return this.#collected(search, parts, keys, lead);
    const { by } = keys[0]!;
    if (by.kind === 'index' && by.shape === 'token') return this.#grouped(search, parts, keys, by.parameter);
    const walk = this.#walk(keys[0]!, search);
    if (walk === undefined) return this.#collected(search, parts, keys, lead);
    return this.#walked(search, parts, keys, walk);
  }

  #walk(key: VaryingKey, { type, reversed }: ArmSearch): SortWalk | undefined {
    return sortWalk(key, type, reversed, (parameter) => this.#plan.units(parameter));
  }

  #byRid(search: ArmSearch, parts: readonly ArmCriterion[], lead: Lead | undefined): Position[] {
    const order = search.reversed ? 'ASC' : 'DESC';
    const bound = (rid: string) => positionBound(search, rid);
    if (lead?.few && lead.count <= MOST_SORTED_HERE && !isOrdered(lead)) {
      const rows = this.#rows(this.#select(search, parts, lead, bound, 'repeated'));
      const rids = [...new Set(rows.map(([rid]) => rid as number))];
      rids.sort((a, b) => (search.reversed ? a - b : b - a));
      return rids.slice(0, search.limit).map((rid) => ({ rid, values: [] }));
    }
    const [part] = parts;
    const isAll = parts.length === 1 && search.also === undefined;
    if (isAll && part?.kind === 'refers' && this.#areFew(part, search.type, lead))
      return firstReferrers(this.#file, part, search).map((rid) => ({ rid, values: [] }));
    const sql = this.#select(search, parts, lead, bound);
    if (sql === undefined) return [];
    const limited = joined([sql, fragment(`ORDER BY rid ${order} LIMIT ?`, search.limit)], ' ');
    return this.#rows(limited).map(([rid]) => ({ rid: rid as number, values: [] }));
  }

  /**
   * Whether few documents are referred to: so many fewer than there are referrers that it is worth to look where each one's
   * begin, and so few that walking, which meets those of one document together, would not soon come to the next of them.
   */
  #areFew({ ids }: RefersCriterion, type: string, lead: Lead | undefined): boolean {
    if (lead?.few) return ids.length * FEWEST_REFERRERS <= lead.count;
    return ids.length ** 2 <= 2 * this.#file.size(type);
  }

  /** All documents that match, sorted. */
  #collected(
    search: ArmSearch,
    parts: readonly ArmCriterion[],
    keys: readonly VaryingKey[],
    lead: Lead | undefined,
  ): Position[] {
    const matching = this.#select(search, parts, lead, () => TRUE);
    return matching === undefined ? [] : this.#positions(sortedRows(search, matching, keys));
  }

  /** By the codes of the first key, one after the other: each leads to its documents in the order of the other keys. */
  #grouped(
    search: ArmSearch,
    parts: readonly ArmCriterion[],
    keys: readonly VaryingKey[],
    parameter: number,
  ): Position[] {
    const { after, reversed, limit } = search;
    const key = keys[0]!;
    const found: Position[] = [];
    const group = (value: string | null, from: ArmPosition | undefined): void => {
      const coded: ArmCriterion[] =
        value === null ? [] : [{ kind: 'index', parameter, tests: [{ kind: 'token', code: value }] }];
      const also = (rid: string) => {
        const isValue = joined([key.value(rid), fragment('IS ?', value)], ' ');
        return search.also === undefined ? isValue : allOf([search.also(rid), isValue]);
      };
      const criterion = { kind: 'all' as const, of: [...coded, ...parts] };
      const left = { ...search, criterion, also, after: from, limit: limit - found.length };
      for (const { rid, values } of this.#find(left, keys.slice(1)))
        found.push({ rid, values: [value, ...values] });
    };
    const first = after?.values[0];
    let from = after === undefined ? undefined : withoutFirst(after);
    let value = first === undefined ? this.#firstGroup(key, parameter, reversed) : (first as string | null);
    while (value !== undefined && found.length < limit) {
      if (from !== 'nothing') group(value, from);
      from = undefined;
      value = this.#nextGroup(key, parameter, reversed, value);
    }
    return found;
  }

  #firstGroup(key: VaryingKey, parameter: number, reversed: boolean): string | null | undefined {
    return reversed ? null : (this.#nextCode(key, parameter, undefined, !key.descending) ?? null);
  }

  /** Documents without a code come last. */
  #nextGroup(
    key: VaryingKey,
    parameter: number,
    reversed: boolean,
    value: string | null,
  ): string | null | undefined {
    if (value === null)
      return reversed ? this.#nextCode(key, parameter, undefined, key.descending) : undefined;
    return (
      this.#nextCode(key, parameter, value, key.descending === reversed) ?? (reversed ? undefined : null)
    );
  }

  /** The next code that any document is sorted by: some have very many, and are sorted by one of them. */
  #nextCode(
    { descending }: VaryingKey,
    parameter: number,
    after: string | undefined,
    upwards: boolean,
  ): string | undefined {
    const bound = after === undefined ? '' : `AND x.code ${upwards ? '>' : '<'} ?`;
    const sql = `SELECT x.code FROM token x INDEXED BY token_value WHERE x.parameter = ? AND x.code <> '' ${bound}
      AND ${inTime('x.rid')} AND NOT EXISTS (SELECT 1 FROM token y WHERE y.rid = x.rid AND y.parameter = x.parameter
        AND y.code ${descending ? '> x.code' : "< x.code AND y.code > ''"})
      ORDER BY x.code ${upwards ? 'ASC' : 'DESC'} LIMIT 1`;
    const values = after === undefined ? [parameter] : [parameter, after];
    return this.#file.rows(sql, values)[0]?.[0] as string | undefined;
  }

  /** Along the index of the first key; documents without a value for it are walked by themselves. */
  #walked(
    search: ArmSearch,
    parts: readonly ArmCriterion[],
    keys: readonly VaryingKey[],
    walk: SortWalk,
  ): Position[] {
    const { after, reversed, limit } = search;
    const found: Position[] = [];
    const withValue = (): void => {
      const from = after?.values[0] === null ? undefined : after;
      const place = { ...search, after: from, limit: limit - found.length };
      found.push(...this.#positions(valuedRows(place, parts, keys, walk, this.#profile)));
    };
    const withoutValue = (): void => {
      const from = after?.values[0] === null ? withoutFirst(after) : undefined;
      if (from === 'nothing' || !this.#areMissing(search.type, keys[0]!, walk)) return;
      const isMissing = (rid: string) => wrapped('', keys[0]!.value(rid), ' IS NULL');
      const also = (rid: string) => allOf([search.also?.(rid) ?? TRUE, isMissing(rid)]);
      const rest = { ...search, also, after: from, limit: limit - found.length };
      const rows = this.#find(rest, keys.slice(1));
      found.push(...rows.map(({ rid, values }) => ({ rid, values: [null, ...values] })));
    };
    if (reversed) {
      if (after === undefined || after.values[0] === null) withoutValue();
      if (found.length < limit) withValue();
    } else {
      if (after?.values[0] !== null) withValue();
      if (found.length < limit) withoutValue();
    }
    return found;
  }

  /** Whether any document of the type has no value for a key: who comes to the end of a sort would look at all of them for it. */
  #areMissing(type: string, key: VaryingKey, walk: SortWalk): boolean {
    if (walk.isComplete) return false;
    const document = fragment(
      `SELECT EXISTS (SELECT 1 FROM document x INDEXED BY ${this.#profile.walk} WHERE x.type = ?`,
      resourceTypeCode(type),
    );
    const where = allOf([
      this.#profile.live('x'),
      fragment(inTime('x.rid')),
      wrapped('', key.value('x.rid'), ' IS NULL'),
    ]);
    return this.#plan.remembered(joined([document, wrapped('AND ', where, ')')], ' ')) === 1;
  }

  #rows(query: Fragment | undefined): SqlValue[][] {
    return query === undefined ? [] : this.#file.rows(query.sql, query.values);
  }

  #positions(query: Fragment | undefined): Position[] {
    return this.#rows(query).map(([rid, ...keys]) => ({ rid: rid as number, values: keys }));
  }

  /** SELECT of the rids that satisfy all parts; undefined when there are none for certain. */
  #select(
    { type, also }: Pick<ArmSearch, 'type' | 'also'>,
    parts: readonly ArmCriterion[],
    lead: Lead | undefined,
    bound: (rid: string) => Fragment,
    each: 'once' | 'repeated' = 'once',
  ): Fragment | undefined {
    const conditions = new CriterionConditions(this.#profile);
    const asked = (rest: readonly ArmCriterion[]) => [
      bound('x.rid'),
      ...(rest.length === 0 && also === undefined ? [] : [fragment(inTime('x.rid'))]),
      ...rest.map((part) => conditions.of(part, 'x.rid', type)),
      also?.('x.rid') ?? TRUE,
    ];
    if (lead === undefined) {
      const ofType = fragment('x.type = ?', resourceTypeCode(type));
      const where = allOf([ofType, this.#profile.live('x'), ...asked(parts)]);
      if (where === FALSE) return undefined;
      const from = `SELECT x.rid AS rid FROM document x INDEXED BY ${this.#profile.walk} WHERE`;
      return joined([fragment(from), where], ' ');
    }
    const selects = lead.accesses.flatMap(({ from, where }) => {
      const live = from.startsWith('document') ? [this.#profile.live('x')] : [];
      const all = allOf([where, ...asked(lead.rest), ...live]);
      if (all === FALSE) return [];
      const distinct = each === 'once' ? 'DISTINCT ' : '';
      return [joined([fragment(`SELECT ${distinct}x.rid AS rid FROM ${from} WHERE`), all], ' ')];
    });
    return selects.length === 0 ? undefined : joined(selects, each === 'once' ? ' UNION ' : ' UNION ALL ');
  }
}

/** The documents that it leads to come by rid. */
function isOrdered({ accesses }: Lead): boolean {
  return accesses.length === 1 && accesses[0]!.ordered;
}

function positionBound({ after, reversed }: ArmSearch, rid: string): Fragment {
  return after === undefined ? TRUE : behind(after, [], rid, reversed);
}
