import type { Criterion } from '../../../fhir/search/criterion.ts';
import type { StoredDocument } from '../../document.ts';
import { type ArmCriterion, conjuncts, standsAlone, typesDependedOn } from '../../search/arm-criterion.ts';
import { comparePositions, type DocumentOrder } from '../../search/document-order.ts';
import type { MemoryPart } from '../../search/plan-memory.ts';
import { cursorOf, type Position, pageStart } from '../../search/position.ts';
import { sortKeyOfType, type TypeSortKey, typeOfParameter } from '../../search/sort-key.ts';
import type { SearchPage, SearchQuery } from '../../search.ts';
import type { CollectionArm } from './collection-arm.ts';
import { CollectionView, type OverlayPart } from './collection-view.ts';
import { DocumentTest } from './document-test.ts';
import { documentsOf } from './found-documents.ts';
import { IncludedDocuments } from './included-documents.ts';

/** A document found, with where it is. */
interface Found extends Position {
  readonly type: string;
  readonly arm: CollectionArm;
}

/** A chain, or a `_has`, is replaced by what it leads to when its far end is not more documents than this. */
const MOST_LED_TO = { chain: 1_000, has: 256 };
/** Documents that are looked at to take shadowed ones off a total that nobody asked for. */
const MOST_LOOKED_AT = 100;
/** What a search of one type takes that is kept, bytes: ranges of indexes with their SQL for either arm, and where it begins in the overlay. */
const PLAN_BYTES = 4_000;
/** Documents of a beginning that is kept. */
const LONGEST_BEGINNING = 51;
/** Milliseconds that one search may take. */
const LONGEST_SEARCH = 5_000;
/** Where it is not known how many are accepted. */
const MOST_SPARE = 1;
/** Rows asked for at a time where each is looked at here: at most, and beyond what the share accepted so far lets expect. */
const STRIDE = 256;
const SOME = 4;

/**
 * Searches one tenant's collection, overlay and master as if they were one. Every document lives wholly in one arm, so each
 * is searched by itself and the ordered results are merged; what depends on other documents is looked up in both.
 */
export class CollectionSearch {
  readonly #view: CollectionView;
  readonly #test: DocumentTest;
  /** Answers of the master alone. */
  readonly #memory: MemoryPart;
  /** Answers that hold while the overlay is what it is. */
  readonly #overlayMemory: MemoryPart | undefined;

  constructor(parts: {
    readonly arm: CollectionArm;
    readonly memory: MemoryPart;
    readonly overlay: OverlayPart | undefined;
  }) {
    this.#view = new CollectionView(parts.arm, parts.overlay);
    this.#test = new DocumentTest(this.#view);
    this.#memory = parts.memory;
    this.#overlayMemory = parts.overlay?.memory;
  }

  /** @throws page-token-invalid, search-too-costly */
  search(query: SearchQuery): SearchPage {
    return this.#inTime(() => this.#page(query));
  }

  #page(query: SearchQuery): SearchPage {
    const asked = this.#asked(query.types);
    const { types } = asked;
    if (query.count === 0) return { matches: [], included: [], total: this.#total(asked) };
    const { forward, position } = this.#start(query);
    const order: DocumentOrder = { descending: query.sort.map((key) => key.descending), reversed: !forward };
    const found = types
      .flatMap(({ type, criterion }) =>
        this.#ofType(query, type, criterion, order, position, asked.beginnings),
      )
      .sort((a, b) => comparePositions(a, b, order));
    const more = found.length > query.count;
    const page = found.slice(0, query.count);
    const isAll = !more && position === undefined;
    const total = query.total === 'none' ? undefined : isAll ? page.length : this.#totalOf(query, asked);
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
    for (const arm of this.#view.arms) arm.limit(until);
    try {
      return task();
    } finally {
      for (const arm of this.#view.arms) arm.limit(Number.POSITIVE_INFINITY);
    }
  }

  /** What is asked, with what is found out about it: kept as long as nothing changes. */
  #asked(types: SearchQuery['types']): Asked {
    const find = (): Asked => ({
      types: types.map(({ type, criterion }) => ({ type, criterion: this.#resolved(criterion, type) })),
      beginnings: new Map(),
    });
    if (this.#view.overlay === undefined || this.#overlayMemory !== undefined) {
      const memory = this.#overlayMemory ?? this.#memory;
      return memory.get(`asked ${JSON.stringify(types)}`, find, PLAN_BYTES * types.length) as Asked;
    }
    return find();
  }

  #totalOf(query: SearchQuery, asked: Asked): number | undefined {
    if (query.total !== 'if-cheap') return this.#total(asked);
    if (asked.total === undefined) asked.cheapTotal ??= this.#cheapTotal(asked.types) ?? 'costly';
    return asked.total ?? (asked.cheapTotal === 'costly' ? undefined : asked.cheapTotal);
  }

  #cheapTotal(types: TypeCriteria): number | undefined {
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
    for (const arm of this.#view.arms) {
      if (arm !== this.#view.master && !this.#view.changes!.touches(type)) continue;
      if (!this.#view.decidesAlone(arm, criterion)) return undefined;
      const count = arm.search.cheapCount(type, criterion);
      if (count === undefined) return undefined;
      sum += count;
      if (count === 0 || this.#view.visibility(arm, type) === undefined) continue;
      const looks = Math.min(count, this.#view.changes!.shadowed(type).size);
      if (looks > MOST_LOOKED_AT && conjuncts(criterion).length > 0) return undefined;
      sum -= this.#hidden(type, criterion, count);
    }
    return sum;
  }

  #total(asked: Asked): number {
    asked.total ??= asked.types.reduce((sum, { type, criterion }) => sum + this.#count(type, criterion), 0);
    return asked.total;
  }

  #ofType(
    query: SearchQuery,
    type: string,
    criterion: ArmCriterion,
    order: DocumentOrder,
    after: Position | undefined,
    beginnings: Beginnings,
  ): readonly Found[] {
    const keys = query.sort.map((key) => sortKeyOfType(key, type));
    return this.#inBoth(type, criterion, { keys, order, after, limit: query.count + 1, beginnings });
  }

  #inBoth(type: string, criterion: ArmCriterion, walk: Walk): readonly Found[] {
    const { overlay, master, changes } = this.#view;
    if (overlay === undefined || !changes!.touches(type)) return this.#inArm(master, type, criterion, walk);
    const { keys, order, limit } = walk;
    const [first, second] = order.reversed ? [master, overlay] : [overlay, master];
    const found =
      first === overlay ? this.#inOverlay(type, criterion, walk) : this.#inArm(first, type, criterion, walk);
    // Without other keys all of the overlay is newer than all of the master.
    const left = keys.length === 0 ? limit - found.length : limit;
    const rest = { ...walk, limit: left, wanted: limit };
    return left === 0 ? found : [...found, ...this.#inArm(second, type, criterion, rest)];
  }

  /** What a tenant has changed is little: where a search begins in it is kept. */
  #inOverlay(type: string, criterion: ArmCriterion, walk: Walk): readonly Found[] {
    const { keys, after, limit, beginnings } = walk;
    if (beginnings === undefined || after !== undefined || limit > LONGEST_BEGINNING)
      return this.#inArm(this.#view.overlay!, type, criterion, walk);
    const asked = `${limit} ${JSON.stringify(keys)}`;
    const kept = beginnings.get(type);
    if (kept?.asked === asked) return kept.found;
    const found = this.#inArm(this.#view.overlay!, type, criterion, walk);
    beginnings.set(type, { asked, found });
    return found;
  }

  #inArm(arm: CollectionArm, type: string, criterion: ArmCriterion, walk: Walk): Found[] {
    const { keys, order, limit, wanted = limit } = walk;
    const { asked, accepts, spare } = this.#split(arm, type, criterion);
    const search = { type, criterion: asked, keys, reversed: order.reversed, wanted };
    const stride = accepts === undefined ? limit : Math.max(STRIDE, limit);
    const found: Found[] = [];
    let after = walk.after;
    let size = Math.min(stride, Math.ceil(limit * (1 + spare)));
    for (let looked = 0; found.length < limit; ) {
      const rows = arm.search.find({ ...search, after, limit: size });
      for (const row of rows) {
        if (found.length === limit) break;
        if (accepts === undefined || accepts(row.rid)) found.push({ ...row, type, arm });
      }
      if (rows.length < size) break;
      after = rows.at(-1);
      looked += rows.length;
      size = Math.min(stride, SOME + Math.ceil(((limit - found.length) * looked) / found.length));
    }
    return found;
  }

  /** What the arm's own statement decides, and what is decided here for each of its documents. */
  #split(arm: CollectionArm, type: string, criterion: ArmCriterion): Split {
    const isVisible = this.#view.visibility(arm, type);
    if (this.#view.decidesAlone(arm, criterion))
      return { asked: criterion, accepts: isVisible, spare: this.#spare(arm, type) };
    const parts = conjuncts(criterion);
    const crossing = parts.filter((part) => !standsAlone(part));
    return {
      asked: { kind: 'all', of: parts.filter(standsAlone) },
      accepts: (rid) =>
        (isVisible === undefined || isVisible(rid)) &&
        crossing.every((part) => this.#test.satisfies(arm, type, rid, part)),
      spare: MOST_SPARE,
    };
  }

  /** Who writes does not know how much is shadowed without looking at all of it. */
  #spare(arm: CollectionArm, type: string): number {
    return this.#overlayMemory === undefined ? MOST_SPARE : this.#view.shadowedShare(arm, type);
  }

  #count(type: string, criterion: ArmCriterion): number {
    return this.#view.arms.reduce((sum, arm) => sum + this.#countIn(arm, type, criterion), 0);
  }

  #countIn(arm: CollectionArm, type: string, criterion: ArmCriterion): number {
    if (arm !== this.#view.master && !this.#view.changes!.touches(type)) return 0;
    if (this.#view.decidesAlone(arm, criterion)) {
      const all = arm.search.count(type, criterion);
      return this.#view.visibility(arm, type) === undefined ? all : all - this.#hidden(type, criterion, all);
    }
    const order: DocumentOrder = { descending: [], reversed: false };
    return this.#inArm(arm, type, criterion, {
      keys: [],
      order,
      after: undefined,
      limit: Number.MAX_SAFE_INTEGER,
    }).length;
  }

  /** How many of the master's `matching` documents the overlay shadows. */
  #hidden(type: string, criterion: ArmCriterion, matching: number): number {
    const shadowed = this.#view.changes!.shadowed(type);
    if (matching === 0 || shadowed.size === 0) return 0;
    if (conjuncts(criterion).length === 0) return shadowed.size;
    const { search } = this.#view.master;
    return this.#rememberedWithOverlay(`hidden ${type} ${JSON.stringify(criterion)}`, () => {
      if (matching >= shadowed.size) return search.countAmong(type, criterion, [...shadowed]);
      const found = search.find({ type, criterion, keys: [], reversed: false, limit: matching });
      return found.filter(({ rid }) => shadowed.has(rid)).length;
    });
  }

  #rememberedWithOverlay<Value>(key: string, find: () => Value): Value {
    return this.#overlayMemory === undefined ? find() : (this.#overlayMemory.get(key, find) as Value);
  }

  /** Chains whose far end is few documents are replaced by them: an index then leads to what refers to them. */
  #resolved(criterion: Criterion, type: string): ArmCriterion {
    if (criterion.kind === 'all')
      return { kind: 'all', of: criterion.of.map((part) => this.#resolved(part, type)) };
    if (criterion.kind !== 'chain' && criterion.kind !== 'has') return criterion;
    const alone =
      this.#view.changes === undefined ||
      ![criterion.type, ...typesDependedOn(criterion.of)].some((each) => this.#view.changes!.touches(each));
    const key = `leads ${type} ${JSON.stringify(criterion)}`;
    const find = () => this.#ledTo(criterion, type) ?? null;
    const led = alone ? this.#memory.get(key, find) : this.#rememberedWithOverlay(key, find);
    return (led ?? criterion) as ArmCriterion;
  }

  #ledTo(criterion: Extract<Criterion, { kind: 'chain' | 'has' }>, type: string): ArmCriterion | undefined {
    const order: DocumentOrder = { descending: [], reversed: false };
    const most = MOST_LED_TO[criterion.kind];
    const far = this.#inBoth(criterion.type, this.#resolved(criterion.of, criterion.type), {
      ...{ keys: [], order, after: undefined },
      limit: most + 1,
    });
    if (far.length > most) return undefined;
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
      this.#view.overlay !== undefined && this.#view.changes!.isOwn(position.rid)
        ? this.#view.overlay
        : this.#view.master;
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
      place: (key) => this.#view.place(key),
      referrers: (parameter, key, limit) => {
        const type = typeOfParameter(parameter);
        return this.#view.arms.flatMap((arm) => {
          const isVisible = this.#view.visibility(arm, type);
          const rids = arm.referrers(parameter, key, limit);
          return rids.filter((rid) => isVisible === undefined || isVisible(rid)).map((rid) => ({ arm, rid }));
        });
      },
    });
    return included.of(query.includes, page);
  }
}

/** A search's criteria, and its totals once they were asked for. */
interface Asked {
  readonly types: TypeCriteria;
  readonly beginnings: Beginnings;
  total?: number;
  cheapTotal?: number | 'costly';
}

interface Split {
  readonly asked: ArmCriterion;
  readonly accepts: ((rid: number) => boolean) | undefined;
  /** So many more rows than are wanted are asked for at first, as a share, since some are not accepted. */
  readonly spare: number;
}

type TypeCriteria = readonly { readonly type: string; readonly criterion: ArmCriterion }[];

/** What the overlay answered first, by type, to the number and order last asked for. */
type Beginnings = Map<string, { readonly asked: string; readonly found: readonly Found[] }>;

interface Walk {
  readonly keys: readonly TypeSortKey[];
  readonly order: DocumentOrder;
  readonly after: Position | undefined;
  readonly limit: number;
  /** Of both arms together, where it is more than `limit`. */
  readonly wanted?: number;
  /** Where first pages of the overlay are kept. */
  readonly beginnings?: Beginnings;
}
