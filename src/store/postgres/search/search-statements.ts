import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import { type ArmCriterion, conjuncts, standsAlone } from '../../search/arm-criterion.ts';
import { allOf, FALSE, type Fragment, fragment, joined, wrapped } from '../../search/fragment.ts';
import type { Position } from '../../search/position.ts';
import type { RowDialect } from '../../search/row-condition.ts';
import type { TypeSortKey } from '../../search/sort-key.ts';
import { SCHEMA } from '../master-tables.ts';
import { ROW_BY_ROW } from '../read-statements.ts';
import type { SearchArm } from './search-arm.ts';
import { type Arms, SearchCondition } from './search-condition.ts';
import { type IndexRange, indexRanges, rangesSuffice } from './search-lead.ts';
import { behind, behindInWalk, orderTerms, sortValue, walkedColumn, walkedRows } from './search-sort.ts';
import { textArray } from './text-array.ts';
import type { AddressNumbers } from './value-key.ts';

/** What leads a search of one type: ranges of an index, and whether they hold few documents. */
export interface Lead {
  readonly criterion: ArmCriterion;
  readonly few: boolean;
}

/** Which documents of one type. */
export interface TypeSearch {
  readonly type: string;
  readonly criterion: ArmCriterion;
  readonly keys: readonly TypeSortKey[];
  readonly lead?: Lead | undefined;
}

/** In which order, from where, how many. */
export interface Order {
  readonly descending: readonly boolean[];
  /** SQL types of the sort values. */
  readonly types: readonly string[];
  readonly reversed: boolean;
  readonly after?: Position | undefined;
  readonly limit: number;
  /** Only documents that have a value for the first key, or only those that have none; both where it is absent. */
  readonly part?: SortPart | undefined;
}

export type SortPart = 'valued' | 'missing';

/** SQL of searches over both arms of a collection; each statement is one look at the database. */
export class SearchStatements {
  readonly #serial: number;
  readonly #arms: Arms;
  readonly #dialect: RowDialect;
  readonly #addresses: AddressNumbers;

  constructor(serial: number, arms: Arms, dialect: RowDialect, addresses: AddressNumbers) {
    this.#serial = serial;
    this.#arms = arms;
    this.#dialect = dialect;
    this.#addresses = addresses;
  }

  /** A criterion that index ranges lead to. */
  canLead(criterion: ArmCriterion): readonly IndexRange[] | undefined {
    return indexRanges(criterion, this.#condition(true));
  }

  /** How many rows of the master a lead has, at most `most`, for each. */
  countRanges(leads: readonly (readonly IndexRange[])[], most: number): Fragment {
    const { values } = this.#arms.master;
    const counts = leads.map((ranges) =>
      joined(
        ranges.map((range) =>
          joined(
            [
              fragment(`(SELECT count(*) FROM (SELECT FROM ${values} x WHERE`),
              range.where('x'),
              fragment('LIMIT ?) counted)', most),
            ],
            ' ',
          ),
        ),
        ' + ',
      ),
    );
    return wrapped(
      'SELECT ',
      joined(
        counts.map((count, index) => wrapped('', count, ` AS c${index}`)),
        ', ',
      ),
      '',
    );
  }

  /** A page of documents: own, type, rid, sort values, and what each document is. */
  page(searches: readonly TypeSearch[], order: Order): Fragment {
    return this.#found(
      searches,
      order,
      ', d.version, d.last_updated, d.reviewed_at, coalesce(d.json, m.json) AS json',
    );
  }

  /** As a page, without the documents: own, type, rid, id. */
  keys(searches: readonly TypeSearch[], limit: number): Fragment {
    return this.#found(searches, { descending: [], types: [], reversed: false, limit }, '');
  }

  /** What a document is sorted by, for every type that it may be of. */
  sortValues(searches: readonly TypeSearch[], order: Order, rid: number, own: boolean): Fragment {
    const arm = own ? this.#arms.overlay : this.#arms.master;
    const selects = searches.map(({ type, keys }) => {
      const where = allOf([
        arm.of('x'),
        fragment('x.rid = ? AND x.type = ?', rid, resourceTypeCode(type)),
        arm.live('x'),
      ]);
      return joined(
        [
          fragment('SELECT'),
          this.#keyColumns(keys, order, arm),
          fragment(`FROM ${arm.document} x WHERE`),
          where,
        ],
        ' ',
      );
    });
    return joined(selects, ' UNION ALL ');
  }

  /**
   * Numbers of documents that match: `own` of the overlay; `gone` of those that it shadows and `master` of the whole master
   * where the document alone decides, otherwise `master` of what it leaves of it.
   */
  count({ type, criterion }: TypeSearch, masterIsKnown: boolean): Fragment {
    const { overlay, master } = this.#arms;
    const condition = this.#condition(false);
    const code = resourceTypeCode(type);
    const alone = standsAlone(criterion);
    const number = (from: string, where: readonly Fragment[], name: string) => {
      const all = allOf(where);
      return all === FALSE
        ? fragment(`0 AS ${name}`)
        : wrapped(`(SELECT count(*) FROM ${from} x WHERE `, all, `) AS ${name}`);
    };
    const counts = [
      number(
        overlay.document,
        [
          ...[overlay.of('x'), fragment('x.type = ?', code), overlay.live('x')],
          condition.of(criterion, overlay, 'x.rid', type),
        ],
        'own',
      ),
    ];
    if (alone) {
      const shadowed = [overlay.of('x'), fragment('x.type = ?', code)];
      const asked = condition.of(criterion, master, 'x.master_rid', type);
      counts.push(number(`${SCHEMA}.tenant_shadow`, [...shadowed, asked], 'gone'));
    }
    if (!masterIsKnown) {
      const visible = alone ? [] : [condition.unshadowed('x.rid', type)];
      const asked = condition.of(criterion, master, 'x.rid', type);
      counts.push(number(master.document, [fragment('x.type = ?', code), ...visible, asked], 'master'));
    }
    return wrapped('SELECT ', joined(counts, ', '), '');
  }

  #found(searches: readonly TypeSearch[], order: Order, columns: string): Fragment {
    const { overlay, master } = this.#arms;
    const condition = this.#condition(true);
    const selects = searches.flatMap((search) =>
      [overlay, master].flatMap((arm) => {
        const select = this.#select(condition, arm, search, order);
        return select === undefined ? [] : [wrapped('(', select, ')')];
      }),
    );
    const terms = orderTerms(order.descending, order.reversed);
    const keys = order.descending.map((_, index) => `, p.k${index}`).join('');
    return joined(
      [
        fragment(
          `SELECT p.own, p.type, p.rid${keys}, coalesce(d.id, m.id) AS id${columns} FROM (SELECT * FROM (`,
        ),
        selects.length === 0 ? this.#nothing(order) : joined(selects, ' UNION ALL '),
        fragment(`) arms ORDER BY ${terms} LIMIT ?) p`, order.limit),
        wrapped(
          `LEFT JOIN ${overlay.document} d ON p.own AND `,
          overlay.of('d'),
          ' AND d.type = p.type AND d.rid = p.rid AND d.json IS NOT NULL',
        ),
        fragment(`LEFT JOIN ${master.document} m ON NOT p.own AND m.rid = p.rid`),
        fragment(`WHERE ${SCHEMA}.app_tenant() = ? ORDER BY ${terms}`, this.#serial),
      ],
      ' ',
    );
  }

  #nothing(order: Order): Fragment {
    const keys = order.types.map((type, index) => `, NULL::${type} AS k${index}`).join('');
    return fragment(`SELECT false AS own, 0::smallint AS type, 0::bigint AS rid${keys} WHERE false`);
  }

  /** Documents of one type and arm in order; undefined where there are none for certain. */
  #select(
    condition: SearchCondition,
    arm: SearchArm,
    search: TypeSearch,
    order: Order,
  ): Fragment | undefined {
    const { type, criterion, lead } = search;
    const parts = conjuncts(criterion);
    const asked = allOf([
      ...(arm.own ? [] : [condition.unshadowed('x.rid', type)]),
      ...parts
        .filter((part) => part !== lead?.criterion || !rangesSuffice(part))
        .map((part) => condition.of(part, arm, 'x.rid', type)),
    ]);
    if (asked === FALSE) return undefined;
    const columns = `${arm.own} AS own, ${resourceTypeCode(type)}::smallint AS type, x.rid`;
    if (order.descending.length === 0) return this.#byRid(condition, arm, search, order, asked, columns);
    const [first] = search.keys;
    if (order.part === 'valued' && first!.by.kind === 'none') return undefined;
    const isWalked =
      order.part === 'valued' && !arm.own && lead?.few !== true && walkedColumn(first!) !== undefined;
    const sorted = isWalked
      ? this.#walked(arm, search, order, asked, columns)
      : joined(
          [
            fragment(`SELECT ${columns}, `),
            this.#keyColumns(search.keys, order, arm),
            wrapped('FROM ', this.#documents(condition, arm, search), ' WHERE'),
            allOf([asked, ...this.#inPart(arm, first!, order)]),
          ],
          ' ',
        );
    const where = [
      ...(order.after === undefined
        ? []
        : [(isWalked ? behindInWalk : behind)(order.after, order.descending, order.reversed)]),
      ...(order.part === 'valued' ? [fragment('k0 IS NOT NULL')] : []),
    ];
    const terms = orderTerms(order.descending, order.reversed, isWalked);
    return joined(
      [
        wrapped('SELECT * FROM (', sorted, ') sorted'),
        ...(where.length === 0 ? [] : [fragment('WHERE'), allOf(where)]),
        fragment(`ORDER BY ${terms} LIMIT ?`, order.limit),
      ],
      ' ',
    );
  }

  /** Documents without a value for the first key, where those are asked for. */
  #inPart(arm: SearchArm, key: TypeSortKey, { part }: Order): Fragment[] {
    if (part !== 'missing' || key.by.kind !== 'index') return [];
    return [wrapped('', sortValue(key, arm, 'x', this.#addresses), ' IS NULL')];
  }

  /** Along the index of the first key: no more is looked at than the page takes. */
  #walked(
    arm: SearchArm,
    { keys, type }: TypeSearch,
    order: Order,
    asked: Fragment,
    columns: string,
  ): Fragment {
    const [first, ...others] = keys;
    const row = `(SELECT y.rid, y.id FROM ${arm.document} y WHERE y.rid = x.rid AND y.type = ${resourceTypeCode(type)})`;
    const rest = others.map((key, index) => {
      const value =
        key.by.kind === 'id'
          ? fragment(`(SELECT d.id FROM ${row} d)`)
          : sortValue(key, arm, 'x', this.#addresses);
      return wrapped(', (', value, `)::${order.types[index + 1]} AS k${index + 1}`);
    });
    const from = order.after?.values[0];
    return joined(
      [
        fragment(`SELECT ${columns}, x.${walkedColumn(first!)} AS k0`),
        ...rest,
        fragment(`FROM ${arm.values} x WHERE`),
        allOf([walkedRows(first!, arm, 'x', order.reversed, from, this.#addresses), asked]),
      ],
      ' ',
    );
  }

  /** In the order of rids: no more is looked at than the page takes. */
  #byRid(
    condition: SearchCondition,
    arm: SearchArm,
    search: TypeSearch,
    order: Order,
    asked: Fragment,
    columns: string,
  ): Fragment {
    const { after, reversed, limit } = order;
    const direction = reversed ? 'ASC' : 'DESC';
    const bound = after === undefined ? [] : [fragment(`x.rid ${reversed ? '>' : '<'} ?`, after.rid)];
    const end = fragment(`ORDER BY x.rid ${direction} LIMIT ?`, limit);
    const ranges = search.lead && indexRanges(search.lead.criterion, condition);
    const [only, ...others] = ranges ?? [];
    if (only?.ordered && others.length === 0) {
      const where = allOf([arm.of('x'), only.where('x'), ...bound, asked]);
      return joined([fragment(`SELECT DISTINCT ${columns} FROM ${arm.values} x WHERE`), where, end], ' ');
    }
    const source =
      ranges === undefined
        ? this.#documents(condition, arm, search)
        : wrapped(
            '(SELECT rid FROM (',
            this.#rids(arm, ranges),
            `) led ORDER BY rid ${direction} ${ROW_BY_ROW}) x`,
          );
    return joined(
      [fragment(`SELECT ${columns} FROM`), source, fragment('WHERE'), allOf([...bound, asked]), end],
      ' ',
    );
  }

  /** FROM item x of the documents that come into question. */
  #documents(condition: SearchCondition, arm: SearchArm, { type, criterion, lead }: TypeSearch): Fragment {
    const where = [arm.of('v'), fragment('v.type = ?', resourceTypeCode(type)), arm.live('v')];
    const ids = conjuncts(criterion).find((part) => part.kind === 'id');
    if (ids !== undefined) where.push(fragment('v.id = ANY (?::text[])', textArray(ids.ids)));
    const ranges = lead && indexRanges(lead.criterion, condition);
    if (ranges !== undefined) where.push(wrapped('v.rid IN (', this.#rids(arm, ranges), ')'));
    const end = ids === undefined && ranges === undefined ? '' : ` ${ROW_BY_ROW}`;
    const columns = arm.own ? 'v.rid, v.id, v.last_updated, v.reviewed_at' : 'v.rid, v.id';
    return wrapped(`(SELECT ${columns} FROM ${arm.document} v WHERE `, allOf(where), `${end}) x`);
  }

  /** Rids that the ranges lead to, each once. */
  #rids(arm: SearchArm, ranges: readonly IndexRange[]): Fragment {
    const selects = ranges.map((range) =>
      joined(
        [fragment(`SELECT r.rid FROM ${arm.values} r WHERE`), allOf([arm.of('r'), range.where('r')])],
        ' ',
      ),
    );
    return joined(selects.length === 1 ? [wrapped('', selects[0]!, ' GROUP BY r.rid')] : selects, ' UNION ');
  }

  #keyColumns(keys: readonly TypeSortKey[], order: Order, arm: SearchArm): Fragment {
    const columns = keys.map((key, index) =>
      wrapped('(', sortValue(key, arm, 'x', this.#addresses), `)::${order.types[index]} AS k${index}`),
    );
    return joined(columns, ', ');
  }

  #condition(probing: boolean): SearchCondition {
    return new SearchCondition(this.#arms, this.#dialect, probing);
  }
}

/** The statement with numbered parameters. */
export function numbered({ sql, values }: Fragment): {
  readonly text: string;
  readonly values: readonly unknown[];
} {
  let number = 0;
  return { text: sql.replaceAll('?', () => `$${++number}`), values };
}
