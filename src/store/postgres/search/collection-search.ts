import { hash } from 'node:crypto';
import { WarmfhirError } from '../../../errors.ts';
import { resourceTypeCode, resourceTypeOfCode } from '../../../fhir/resource-type.ts';
import type { Criterion } from '../../../fhir/search/criterion.ts';
import { type ArmCriterion, conjuncts, standsAlone } from '../../search/arm-criterion.ts';
import { type Fragment, fragment, joined } from '../../search/fragment.ts';
import { cursorOf, type Position, pageStart, type SortValue } from '../../search/position.ts';
import type { RowDialect } from '../../search/row-condition.ts';
import { sortKeyOfType } from '../../search/sort-key.ts';
import { asksForWords } from '../../search/word-search.ts';
import type { SearchPage, SearchQuery } from '../../search.ts';
import type { Database } from '../database.ts';
import { type ArmRow, documentOf } from '../document-row.ts';
import type { MasterGeneration } from '../master-generations.ts';
import type { Call, Row } from '../statement.ts';
import { FIRST_OVERLAY_RID } from '../write-statements.ts';
import { ridArray } from './include-statements.ts';
import { IncludedDocuments } from './included-documents.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { masterArm, overlayArm } from './search-arm.ts';
import { type Arms, SearchCondition } from './search-condition.ts';
import { SearchPlan } from './search-plan.ts';
import { sortType, walkedColumn } from './search-sort.ts';
import { numbered, type Order, SearchStatements, type TypeSearch } from './search-statements.ts';
import { slotOf } from './value-columns.ts';

/** A chain is replaced by what it leads to when that is not more than this. */
const MOST_LED_TO = 256;
/** With more types than this it is asked first which of them there are. */
const FEW_TYPES = 4;

type FoundRow = ArmRow & { readonly own: boolean; readonly rid: number };
type AskedType = { readonly type: string; readonly criterion: ArmCriterion };

/** Searches one tenant's collection, overlay and master as if they were one. */
export class CollectionSearch {
  readonly #database: Database;
  readonly #serial: number;
  readonly #master: MasterGeneration;
  readonly #arms: Arms;
  readonly #dialect: RowDialect;
  readonly #statements: SearchStatements;
  readonly #plan: SearchPlan;
  /** Each document is looked into: where that takes too long, it does so however often it is tried. */
  #looksIntoAll = false;

  constructor(database: Database, serial: number, master: MasterGeneration) {
    this.#database = database;
    this.#serial = serial;
    this.#master = master;
    this.#arms = { overlay: overlayArm(serial), master: masterArm(master.number, master.lastUpdated) };
    this.#dialect = postgresDialect(master.addresses);
    this.#statements = new SearchStatements(serial, this.#arms, this.#dialect, master.addresses);
    this.#plan = new SearchPlan(this.#statements, master, (statement) => this.#ask(statement));
  }

  /** @throws page-token-invalid, search-too-costly */
  async search(query: SearchQuery): Promise<SearchPage> {
    this.#looksIntoAll = asksForWords(query);
    const types: AskedType[] = [];
    for (const { type, criterion } of await this.#present(query.types)) {
      types.push({ type, criterion: await this.#resolved(criterion, type) });
    }
    const counts = query.total === 'none' && query.count > 0 ? [] : types.map((each) => this.#count(each));
    const { forward, order, searches } = await this.#asked(query, types);
    const [part, ...otherParts] = query.count === 0 ? [] : partsOf(searches, order);
    const page = part === undefined ? [] : [this.#page(this.#statements.page(searches, part), searches)];
    const replies = await this.#send([...counts.map(unnamed), ...page]);
    const total = this.#total(types, replies.slice(0, counts.length));
    const totals = counts.length === 0 ? {} : { total };
    if (query.count === 0) return { matches: [], included: [], ...totals };
    const found = [...replies.at(-1)!] as unknown as FoundRow[];
    for (const other of otherParts) {
      const limit = order.limit - found.length;
      if (limit > 0) {
        const rows = await this.#ask(this.#statements.page(searches, { ...other, limit }));
        found.push(...(rows as unknown as FoundRow[]));
      }
    }
    const more = found.length > query.count;
    const shown = found.slice(0, query.count);
    if (!forward) shown.reverse();
    const hasNext = forward ? more : true;
    const hasPrevious = forward ? order.after !== undefined : more;
    const first = shown[0];
    const last = shown.at(-1);
    const matches = shown.map((row) => ({ rid: row.rid, document: documentOf(row, this.#master) }));
    const included = new IncludedDocuments({
      ...{ arms: this.#arms, master: this.#master },
      condition: () => this.#condition(),
      ask: (statement) => this.#ask(statement),
    });
    return {
      matches: matches.map(({ document }) => document),
      included: query.includes.length === 0 ? [] : await included.of(query.includes, matches),
      ...totals,
      ...(hasNext && last !== undefined && { next: cursorOf('n', positionOf(last, query.sort.length)) }),
      ...(hasPrevious &&
        first !== undefined && { previous: cursorOf('p', positionOf(first, query.sort.length)) }),
    };
  }

  /** A statement that finds the ids of what matches, one more than `most` where there are so many; nothing is looked up yet. */
  async idsOf(type: string, criterion: Criterion, most: number): Promise<Call> {
    const lead = await this.#plan.lead(type, criterion, most + 1, false);
    return unnamed(this.#statements.keys([{ type, criterion, keys: [], lead }], most + 1));
  }

  /** The types that either arm has any document of. */
  async #present(types: SearchQuery['types']): Promise<SearchQuery['types']> {
    if (types.length <= FEW_TYPES) return types;
    const { document } = this.#arms.overlay;
    const rows = await this.#ask(
      fragment(`SELECT DISTINCT d.type FROM ${document} d WHERE d.tenant_id = ?`, this.#serial),
    );
    const own = new Set(rows.map(({ type }) => resourceTypeOfCode(type as number)));
    return types.filter(({ type }) => own.has(type) || (this.#master.counts.get(type) ?? 0) > 0);
  }

  async #asked(query: SearchQuery, types: readonly AskedType[]) {
    const { forward, position, cut } = pageStart(query.cursor, query.sort.length);
    const limit = query.count + 1;
    const sorted = query.sort.map((key) => sortKeyOfType(key, types[0]?.type ?? 'Patient'));
    const order: Order = {
      descending: query.sort.map((key) => key.descending),
      types: query.sort.map((key, index) =>
        sortType(
          key.by.kind === 'index'
            ? { descending: key.descending, by: { kind: 'index', parameter: 0, shape: key.by.shape } }
            : sorted[index]!,
        ),
      ),
      reversed: !forward,
      after: position,
      limit,
    };
    const searches: TypeSearch[] = [];
    for (const { type, criterion } of types) {
      const keys = query.sort.map((key) => sortKeyOfType(key, type));
      const lead = await this.#plan.lead(type, criterion, limit, keys.length > 0);
      searches.push({ type, criterion, keys, lead });
    }
    if (position === undefined || cut.length === 0) return { forward, order, searches };
    return {
      forward,
      order: { ...order, after: await this.#whole(position, cut, searches, order) },
      searches,
    };
  }

  /** The position with the sort values that were too long to be carried along. */
  async #whole(
    position: Position,
    cut: readonly number[],
    searches: readonly TypeSearch[],
    order: Order,
  ): Promise<Position> {
    const own = position.rid >= FIRST_OVERLAY_RID;
    const rows = await this.#ask(this.#statements.sortValues(searches, order, position.rid, own));
    const values = [...position.values];
    for (const index of cut) {
      const value = rows[0]?.[`k${index}`];
      if (typeof value === 'string' && value.startsWith(values[index] as string)) values[index] = value;
    }
    return { rid: position.rid, values };
  }

  #count({ type, criterion }: AskedType): Fragment {
    return this.#statements.count(
      { type, criterion, keys: [] },
      this.#knownCount(type, criterion) !== undefined,
    );
  }

  #total(types: readonly AskedType[], replies: readonly (readonly Row[])[]): number {
    let total = 0;
    for (const [index, rows] of replies.entries()) {
      const { type, criterion } = types[index]!;
      const { own, gone, master } = rows[0] as { own: number; gone?: number; master?: number };
      const all = this.#knownCount(type, criterion) ?? master!;
      if (standsAlone(criterion)) this.#plan.remember(countKey(type, criterion), all);
      total += own + all - (gone ?? 0);
    }
    return total;
  }

  /** Documents of the whole master that match, where that was found out before. */
  #knownCount(type: string, criterion: ArmCriterion): number | undefined {
    if (!standsAlone(criterion)) return undefined;
    if (conjuncts(criterion).length === 0) return this.#master.counts.get(type) ?? 0;
    return this.#plan.remembered(countKey(type, criterion));
  }

  /** Chains whose far end is few documents are replaced by them: an index then leads to what refers to them. */
  async #resolved(criterion: Criterion, type: string): Promise<ArmCriterion> {
    if (criterion.kind === 'all') {
      return { kind: 'all', of: await Promise.all(criterion.of.map((part) => this.#resolved(part, type))) };
    }
    if (criterion.kind !== 'chain' && criterion.kind !== 'has') return criterion;
    const key = `many ${type} ${JSON.stringify(criterion)}`;
    if (this.#plan.remembered(key) !== undefined) return criterion;
    const of = await this.#resolved(criterion.of, criterion.type);
    const lead = await this.#plan.lead(criterion.type, of, MOST_LED_TO + 1, false);
    const far = { type: criterion.type, criterion: of, keys: [], lead };
    const rows = await this.#ask(this.#statements.keys([far], MOST_LED_TO + 1));
    if (rows.length > MOST_LED_TO) {
      this.#plan.remember(key, rows.length);
      return criterion;
    }
    if (criterion.kind === 'chain') {
      const ids = rows.map(({ id }) => id as string);
      return { kind: 'refers', parameter: criterion.parameter, type: criterion.type, ids };
    }
    return { kind: 'id', ids: await this.#targets(criterion.parameter, type, rows) };
  }

  /** Ids of documents of a type that these refer to by a parameter. */
  async #targets(parameter: number, type: string, rows: readonly Row[]): Promise<string[]> {
    if (rows.length === 0) return [];
    const rids = ridArray(rows.map(({ rid }) => rid as number));
    const { overlay, master } = this.#arms;
    const selects = [overlay, master].map((arm) =>
      joined(
        [
          fragment(`SELECT r.id FROM ${arm.values} r WHERE`),
          ...(arm.own ? [arm.of('r'), fragment('AND')] : []),
          fragment(
            'r.rid = ANY (?::bigint[]) AND r.slot = ? AND r.type = ?',
            rids,
            slotOf(parameter),
            resourceTypeCode(type),
          ),
          fragment('AND r.base = 0'),
        ],
        ' ',
      ),
    );
    return (await this.#ask(joined(selects, ' UNION '))).map(({ id }) => id as string);
  }

  #condition(): SearchCondition {
    return new SearchCondition(this.#arms, this.#dialect, true);
  }

  async #ask(statement: Fragment): Promise<readonly Row[]> {
    return (await this.#send([unnamed(statement)]))[0]!;
  }

  /**
   * A page is prepared when its text is asked for once more, since planning it takes longer than finding it, but only where
   * no plan is better for some values than for others: few documents that an index leads to, judged one by one.
   */
  #page(statement: Fragment, searches: readonly TypeSearch[]): Call {
    const call = unnamed(statement);
    const isSteady = searches.every(
      ({ lead, keys, criterion }) => lead?.few === true && keys.length === 0 && standsAlone(criterion),
    );
    if (!isSteady) return call;
    const name = `page_${hash('sha1', call.statement.text, 'base64url')}`;
    if (this.#plan.remembered(name) !== undefined) return { ...call, statement: { ...call.statement, name } };
    this.#plan.remember(name, 1);
    return call;
  }

  async #send(calls: readonly Call[]): Promise<(readonly Row[])[]> {
    try {
      const replies = await this.#database.search(this.#serial, calls);
      return replies.map((reply) => reply.rows);
    } catch (error) {
      throw isTimeOut(error)
        ? this.#looksIntoAll
          ? new WarmfhirError('search-too-costly')
          : new WarmfhirError('store-unavailable', TOOK_TOO_LONG, { cause: error })
        : error;
    }
  }
}

/**
 * What a page is asked for in: where an index is in the order of the first key, the documents that have a value for it, and
 * the others only when they are needed to fill the page.
 */
function partsOf(searches: readonly TypeSearch[], order: Order): readonly Order[] {
  const isWalked = searches.some(
    ({ keys: [first], lead }) =>
      first !== undefined && lead?.few !== true && walkedColumn(first) !== undefined,
  );
  if (!isWalked) return [order];
  const valued: Order = { ...order, part: 'valued' };
  const missing: Order = { ...order, part: 'missing' };
  const { after, reversed } = order;
  const isMissing = after?.values[0] === null;
  // What is behind a document without a value, forwards, has none either; and the other way round.
  if (reversed)
    return after === undefined || isMissing ? [missing, { ...valued, after: undefined }] : [valued];
  return isMissing ? [missing] : [valued, { ...missing, after: undefined }];
}

/** It may have waited for others or have been too much itself: the database does not say which. */
const TOOK_TOO_LONG = 'The search took longer than the database may take for one: try again, or narrow it.';

/** The database has ended the statement because it took too long. */
function isTimeOut(error: unknown): boolean {
  const cause = error instanceof WarmfhirError ? (error.cause as { code?: unknown } | undefined) : undefined;
  return cause?.code === '57014';
}

/** The protocol counts the values of a statement in two bytes. */
const MOST_VALUES = 65_535;

/**
 * Without a name: what is asked for differs from search to search, and is planned for its values.
 * @throws search-too-costly
 */
function unnamed(statement: Fragment): Call {
  const { text, values } = numbered(statement);
  if (values.length > MOST_VALUES) throw new WarmfhirError('search-too-costly');
  return { statement: { name: '', text }, values };
}

function countKey(type: string, criterion: ArmCriterion): string {
  return `count ${type} ${JSON.stringify(criterion)}`;
}

function positionOf(row: FoundRow, keys: number): Position {
  const values = Array.from(
    { length: keys },
    (_, index) => (row as unknown as Row)[`k${index}`] as SortValue,
  );
  return { rid: row.rid, values };
}
