import type { Criterion } from '../../../fhir/search/criterion.ts';
import type { StoredDocument } from '../../document.ts';
import { type ArmCriterion, conjuncts, standsAlone, typesDependedOn } from '../../search/arm-criterion.ts';
import { comparePositions, type DocumentOrder } from '../../search/document-order.ts';
import type { PlanMemory } from '../../search/plan-memory.ts';
import { cursorOf, type Position, pageStart } from '../../search/position.ts';
import { sortKeyOfType, type TypeSortKey, typeOfParameter } from '../../search/sort-key.ts';
import type { SearchPage, SearchQuery } from '../../search.ts';
import type { CollectionArm, DocumentKey } from './collection-arm.ts';
import { documentsOf } from './found-documents.ts';
import { IncludedDocuments } from './included-documents.ts';

/** What a tenant has changed, as a search of the master has to know it. */
export interface OverlayChanges {
  /** The overlay has something of this type: a document of its own, a changed or a deleted one. */
  touches(type: string): boolean;
  /** The overlay stands for this document, changed or deleted. */
  holds(key: DocumentKey): boolean;
  isShadowed(type: string, masterRid: number): boolean;
  shadowed(type: string): readonly number[];
  isOwn(rid: number): boolean;
}

/** A document found, with where it is. */
interface Found extends Position {
  readonly type: string;
  readonly arm: CollectionArm;
}

/** A chain is replaced by what it leads to when that is not more than this. */
const MOST_LED_TO = 256;
/** Shadowed documents that are looked at for a total that nobody asked for. */
const MOST_TAKEN_OFF = 300;
/** Milliseconds that one search may take. */
const LONGEST_SEARCH = 5_000;
/** Rows asked for at a time where each is looked at here. */
const STRIDE = 256;

/**
 * Searches one tenant's collection, overlay and master as if they were one. Every document lives wholly in one arm, so each
 * is searched by itself and the ordered results are merged; what depends on other documents is looked up in both.
 */
export class CollectionSearch {
  readonly #master: CollectionArm;
  readonly #overlay: CollectionArm | undefined;
  readonly #changes: OverlayChanges | undefined;
  /** What chains lead to in the master alone. */
  readonly #memory: PlanMemory<unknown>;

  constructor(parts: {
    readonly arm: CollectionArm;
    readonly memory: PlanMemory<unknown>;
    readonly overlay: { readonly arm: CollectionArm; readonly changes: OverlayChanges } | undefined;
  }) {
    this.#master = parts.arm;
    this.#overlay = parts.overlay?.arm;
    this.#changes = parts.overlay?.changes;
    this.#memory = parts.memory;
  }

  /** @throws page-token-invalid, search-too-costly */
  search(query: SearchQuery): SearchPage {
    return this.#inTime(() => this.#page(query));
  }

  #page(query: SearchQuery): SearchPage {
    const types = query.types.map(({ type, criterion }) => ({
      type,
      criterion: this.#resolved(criterion, type),
    }));
    if (query.count === 0) return { matches: [], included: [], total: this.#total(types) };
    const { forward, position } = this.#start(query);
    const order: DocumentOrder = { descending: query.sort.map((key) => key.descending), reversed: !forward };
    const found = types
      .flatMap(({ type, criterion }) => this.#ofType(query, type, criterion, order, position))
      .sort((a, b) => comparePositions(a, b, order));
    const more = found.length > query.count;
    const page = found.slice(0, query.count);
    const isAll = !more && position === undefined;
    const total = query.total === 'none' ? undefined : isAll ? page.length : this.#totalOf(query, types);
    if (!forward) page.reverse();
    const first = page[0];
    const last = page.at(-1);
    const hasNext = forward ? more : true;
    const hasPrevious = forward ? position !== undefined : more;
    return {
      matches: documentsOf(page),
      included: this.#included(query, page),
      ...(total === undefined ? {} : { total }),
      ...(hasNext && last !== undefined && { next: cursorOf('n', last) }),
      ...(hasPrevious && first !== undefined && { previous: cursorOf('p', first) }),
    };
  }

  /** At most `limit` documents that match, newest first. */
  find(types: SearchQuery['types'], limit: number): StoredDocument[] {
    const order: DocumentOrder = { descending: [], reversed: false };
    const walk = { keys: [], order, after: undefined, limit };
    return this.#inTime(() =>
      documentsOf(
        types
          .flatMap(({ type, criterion }) => this.#inBoth(type, this.#resolved(criterion, type), walk))
          .sort((a, b) => comparePositions(a, b, order))
          .slice(0, limit),
      ),
    );
  }

  /** Exact number of documents that match. */
  count(types: SearchQuery['types']): number {
    return types.reduce(
      (sum, { type, criterion }) => sum + this.#count(type, this.#resolved(criterion, type)),
      0,
    );
  }

  /** A statement that walks for long holds up whoever waits for the same thread. */
  #inTime<Result>(task: () => Result): Result {
    const until = performance.now() + LONGEST_SEARCH;
    for (const arm of this.#arms()) arm.limit(until);
    try {
      return task();
    } finally {
      for (const arm of this.#arms()) arm.limit(Number.POSITIVE_INFINITY);
    }
  }

  #totalOf(query: SearchQuery, types: TypeCriteria): number | undefined {
    if (query.total !== 'if-cheap') return this.#total(types);
    let sum = 0;
    for (const { type, criterion } of types) {
      const count = this.#cheapCount(type, criterion);
      if (count === undefined) return undefined;
      sum += count;
    }
    return sum;
  }

  /** The exact number where few documents have to be looked at for it. */
  #cheapCount(type: string, criterion: ArmCriterion): number | undefined {
    let sum = 0;
    for (const arm of this.#arms()) {
      if (arm !== this.#master && !this.#changes!.touches(type)) continue;
      if (!this.#decidesAlone(arm, criterion)) return undefined;
      const count = arm.search.cheapCount(type, criterion);
      if (count === undefined) return undefined;
      sum += count;
      if (count === 0 || this.#visibility(arm, type) === undefined) continue;
      const shadowed = this.#changes!.shadowed(type);
      if (conjuncts(criterion).length === 0) sum -= shadowed.length;
      else if (shadowed.length > MOST_TAKEN_OFF) return undefined;
      else sum -= arm.search.countAmong(type, criterion, shadowed);
    }
    return sum;
  }

  #total(types: TypeCriteria): number {
    return types.reduce((sum, { type, criterion }) => sum + this.#count(type, criterion), 0);
  }

  #ofType(
    query: SearchQuery,
    type: string,
    criterion: ArmCriterion,
    order: DocumentOrder,
    after: Position | undefined,
  ): Found[] {
    const keys = query.sort.map((key) => sortKeyOfType(key, type));
    return this.#inBoth(type, criterion, { keys, order, after, limit: query.count + 1 });
  }

  #inBoth(type: string, criterion: ArmCriterion, walk: Walk): Found[] {
    const own =
      this.#overlay !== undefined && this.#changes!.touches(type)
        ? this.#inArm(this.#overlay, type, criterion, walk)
        : [];
    return [...own, ...this.#inArm(this.#master, type, criterion, walk)];
  }

  #inArm(arm: CollectionArm, type: string, criterion: ArmCriterion, walk: Walk): Found[] {
    const { keys, order, limit } = walk;
    const { asked, accepts } = this.#split(arm, type, criterion);
    const found: Found[] = [];
    let after = walk.after;
    while (found.length < limit) {
      const stride = accepts === undefined ? limit : Math.max(STRIDE, limit);
      const wanted = accepts === undefined || found.length > 0 ? stride : Math.min(stride, limit + 8);
      const rows = arm.search.find({
        type,
        criterion: asked,
        keys,
        reversed: order.reversed,
        after,
        limit: wanted,
      });
      for (const row of rows) {
        if (found.length === limit) break;
        if (accepts === undefined || accepts(row.rid)) found.push({ ...row, type, arm });
      }
      if (rows.length < wanted) break;
      after = rows.at(-1);
    }
    return found;
  }

  /** What the arm's own statement decides, and what is decided here for each of its documents. */
  #split(
    arm: CollectionArm,
    type: string,
    criterion: ArmCriterion,
  ): { readonly asked: ArmCriterion; readonly accepts: ((rid: number) => boolean) | undefined } {
    const isVisible = this.#visibility(arm, type);
    if (this.#decidesAlone(arm, criterion)) return { asked: criterion, accepts: isVisible };
    const parts = conjuncts(criterion);
    const crossing = parts.filter((part) => !standsAlone(part));
    return {
      asked: { kind: 'all', of: parts.filter(standsAlone) },
      accepts: (rid) =>
        (isVisible === undefined || isVisible(rid)) &&
        crossing.every((part) => this.#satisfies(arm, type, rid, part)),
    };
  }

  #visibility(arm: CollectionArm, type: string): ((rid: number) => boolean) | undefined {
    const changes = this.#changes;
    if (changes === undefined || arm !== this.#master || !changes.touches(type)) return undefined;
    return (rid) => !changes.isShadowed(type, rid);
  }

  /** True when no document of the other arm can make a difference. */
  #decidesAlone(arm: CollectionArm, criterion: ArmCriterion): boolean {
    if (standsAlone(criterion)) return true;
    if (arm !== this.#master) return false;
    const changes = this.#changes;
    return changes === undefined || [...typesDependedOn(criterion)].every((type) => !changes.touches(type));
  }

  #satisfies(arm: CollectionArm, type: string, rid: number, criterion: ArmCriterion): boolean {
    if (standsAlone(criterion)) return arm.search.satisfies(type, criterion, rid);
    switch (criterion.kind) {
      case 'all':
        return criterion.of.every((part) => this.#satisfies(arm, type, rid, part));
      case 'any':
        return criterion.of.some((part) => this.#satisfies(arm, type, rid, part));
      case 'not':
        return !this.#satisfies(arm, type, rid, criterion.of);
      case 'chain':
        return arm
          .references([rid], [criterion.parameter])
          .some((target) => target.type === criterion.type && this.#targetSatisfies(target, criterion.of));
      case 'has': {
        const key = { type, id: arm.idsOf([rid])[0]! };
        return this.#arms().some((other) =>
          other
            .referrers(criterion.parameter, key, Number.MAX_SAFE_INTEGER)
            .some((referrer) => this.#referrerSatisfies(other, criterion.type, referrer, criterion.of)),
        );
      }
      default:
        return false;
    }
  }

  #targetSatisfies(key: DocumentKey, criterion: ArmCriterion): boolean {
    const place = this.#place(key);
    return place !== undefined && this.#satisfies(place.arm, key.type, place.rid, criterion);
  }

  #referrerSatisfies(arm: CollectionArm, type: string, rid: number, criterion: ArmCriterion): boolean {
    const isVisible = this.#visibility(arm, type);
    return (isVisible === undefined || isVisible(rid)) && this.#satisfies(arm, type, rid, criterion);
  }

  /** Where a document that exists lies. */
  #place(key: DocumentKey): { readonly arm: CollectionArm; readonly rid: number } | undefined {
    const isChanged = this.#overlay !== undefined && this.#changes!.holds(key);
    const arm = isChanged ? this.#overlay : this.#master;
    const rid = arm.ridOf(key);
    return rid === undefined ? undefined : { arm, rid };
  }

  #arms(): readonly CollectionArm[] {
    return this.#overlay === undefined ? [this.#master] : [this.#overlay, this.#master];
  }

  #count(type: string, criterion: ArmCriterion): number {
    return this.#arms().reduce((sum, arm) => sum + this.#countIn(arm, type, criterion), 0);
  }

  #countIn(arm: CollectionArm, type: string, criterion: ArmCriterion): number {
    if (arm !== this.#master && !this.#changes!.touches(type)) return 0;
    if (this.#decidesAlone(arm, criterion)) {
      const all = arm.search.count(type, criterion);
      if (this.#visibility(arm, type) === undefined) return all;
      const shadowed = this.#changes!.shadowed(type);
      return shadowed.length === 0 ? all : all - arm.search.countAmong(type, criterion, shadowed);
    }
    const order: DocumentOrder = { descending: [], reversed: false };
    return this.#inArm(arm, type, criterion, {
      keys: [],
      order,
      after: undefined,
      limit: Number.MAX_SAFE_INTEGER,
    }).length;
  }

  /** Chains whose far end is few documents are replaced by them: an index then leads to what refers to them. */
  #resolved(criterion: Criterion, type: string): ArmCriterion {
    if (criterion.kind === 'all')
      return { kind: 'all', of: criterion.of.map((part) => this.#resolved(part, type)) };
    if (criterion.kind !== 'chain' && criterion.kind !== 'has') return criterion;
    const alone =
      this.#changes === undefined ||
      ![criterion.type, ...typesDependedOn(criterion.of)].some((each) => this.#changes!.touches(each));
    const led = alone
      ? this.#memory.get(`${type} ${JSON.stringify(criterion)}`, () => this.#ledTo(criterion, type) ?? null)
      : this.#ledTo(criterion, type);
    return (led ?? criterion) as ArmCriterion;
  }

  #ledTo(criterion: Extract<Criterion, { kind: 'chain' | 'has' }>, type: string): ArmCriterion | undefined {
    const order: DocumentOrder = { descending: [], reversed: false };
    const far = this.#inBoth(criterion.type, this.#resolved(criterion.of, criterion.type), {
      ...{ keys: [], order, after: undefined },
      limit: MOST_LED_TO + 1,
    });
    if (far.length > MOST_LED_TO) return undefined;
    const byArm = Map.groupBy(far, ({ arm }) => arm);
    const ids = new Set<string>();
    for (const [arm, its] of byArm) {
      const rids = its.map(({ rid }) => rid);
      if (criterion.kind === 'chain') for (const id of arm.idsOf(rids)) ids.add(id);
      else
        for (const key of arm.references(rids, [criterion.parameter])) if (key.type === type) ids.add(key.id);
    }
    if (criterion.kind === 'has') return { kind: 'id', ids: [...ids] };
    return { kind: 'refers', parameter: criterion.parameter, type: criterion.type, ids: [...ids] };
  }

  #start(query: SearchQuery): { readonly forward: boolean; readonly position: Position | undefined } {
    const { forward, position, cut } = pageStart(query.cursor, query.sort.length);
    if (position === undefined || cut.length === 0) return { forward, position };
    const arm =
      this.#overlay !== undefined && this.#changes!.isOwn(position.rid) ? this.#overlay : this.#master;
    const values = [...position.values];
    for (const index of cut) {
      for (const { type } of query.types) {
        const [value] = arm.search.sortValues([sortKeyOfType(query.sort[index]!, type)], position.rid);
        if (typeof value === 'string' && value.startsWith(values[index] as string)) values[index] = value;
      }
    }
    return { forward, position: { rid: position.rid, values } };
  }

  #included(query: SearchQuery, page: readonly Found[]): StoredDocument[] {
    if (query.includes.length === 0) return [];
    const included = new IncludedDocuments({
      place: (key) => this.#place(key),
      referrers: (parameter, key, limit) => {
        const type = typeOfParameter(parameter);
        return this.#arms().flatMap((arm) => {
          const isVisible = this.#visibility(arm, type);
          const rids = arm.referrers(parameter, key, limit);
          return rids.filter((rid) => isVisible === undefined || isVisible(rid)).map((rid) => ({ arm, rid }));
        });
      },
    });
    return included.of(query.includes, page);
  }
}

type TypeCriteria = readonly { readonly type: string; readonly criterion: ArmCriterion }[];

interface Walk {
  readonly keys: readonly TypeSortKey[];
  readonly order: DocumentOrder;
  readonly after: Position | undefined;
  readonly limit: number;
}
