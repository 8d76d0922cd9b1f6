import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { RangeTest, Test } from '../../../fhir/search/criterion.ts';
import type { ArmCriterion } from '../../search/arm-criterion.ts';
import {
  allOf,
  anyOf,
  FALSE,
  type Fragment,
  fragment,
  joined,
  negated,
  TRUE,
} from '../../search/fragment.ts';
import { rowCondition } from '../../search/row-condition.ts';
import { compositeCondition } from './composite-condition.ts';
import { tableOf, tableOfShape } from './row-table.ts';
import { inTime } from './search-functions.ts';
import type { RowTable } from './search-tables.ts';
import { sqliteDialect } from './sqlite-dialect.ts';

/** What a document's own row says, which the two arms keep differently. `document` is the alias of the row. */
export interface DocumentColumns {
  /** The row is of a document that exists. */
  readonly live: (document: string) => Fragment;
  readonly lastUpdated: (document: string, test: RangeTest) => Fragment;
  readonly reviewed: (document: string, reviewed: boolean) => Fragment;
  readonly reviewTime: (document: string, test: RangeTest) => Fragment;
}

/**
 * SQL that is true for the documents of one arm that satisfy a criterion. Chains look at the same arm: for one that
 * crosses arms the caller has put in what it leads to.
 */
export class CriterionConditions {
  readonly #columns: DocumentColumns;
  #aliases = 0;

  constructor(columns: DocumentColumns) {
    this.#columns = columns;
  }

  /**
   * @param rid SQL for the document's rid
   * @param type the document's resource type
   */
  of(criterion: ArmCriterion, rid: string, type: string): Fragment {
    switch (criterion.kind) {
      case 'all':
        return allOf(criterion.of.map((part) => this.of(part, rid, type)));
      case 'any':
        return anyOf(criterion.of.map((part) => this.of(part, rid, type)));
      case 'not':
        return negated(this.of(criterion.of, rid, type));
      case 'present':
        return this.#row(tableOfShape(criterion.shape), rid, criterion.parameter, () => TRUE);
      case 'index':
        return this.#index(criterion.parameter, criterion.tests, rid);
      case 'composite':
        return this.#row('composite', rid, criterion.parameter, (row) =>
          anyOf(criterion.tests.map((tests) => compositeCondition(tests, row))),
        );
      case 'refers':
        return this.#row('reference', rid, criterion.parameter, (row) =>
          fragment(
            `${row}.type = ? AND ${row}.base = 0 AND ${row}.id IN (SELECT value FROM json_each(?))`,
            resourceTypeCode(criterion.type),
            JSON.stringify(criterion.ids),
          ),
        );
      case 'chain':
        return this.#chain(criterion, rid);
      case 'has':
        return this.#has(criterion, rid, type);
      case 'id':
        return this.#document(rid, (document) =>
          fragment(`+${document}.id IN (SELECT value FROM json_each(?))`, JSON.stringify(criterion.ids)),
        );
      case 'last-updated':
        return this.#document(rid, (document) => this.#columns.lastUpdated(document, criterion.test));
      case 'reviewed':
        return this.#document(rid, (document) => this.#columns.reviewed(document, criterion.reviewed));
      case 'review-time':
        return this.#document(rid, (document) => this.#columns.reviewTime(document, criterion.test));
      case 'words':
        return this.#document(rid, (document) =>
          fragment(`holds_words(${document}.json, ?, ?)`, criterion.in, JSON.stringify(criterion.words)),
        );
    }
  }

  /** An alias that no other part of a statement has. */
  alias(): string {
    return `t${++this.#aliases}`;
  }

  #index(parameter: number, tests: readonly Test[], rid: string): Fragment {
    const tables = Map.groupBy(tests, tableOf);
    return anyOf(
      [...tables].map(([table, its]) =>
        this.#row(table, rid, parameter, (row) =>
          anyOf(its.map((test) => rowCondition(test, row, sqliteDialect))),
        ),
      ),
    );
  }

  #row(table: RowTable, rid: string, parameter: number, condition: (row: string) => Fragment): Fragment {
    const row = this.alias();
    const of = fragment(`${row}.rid = ${rid} AND ${row}.parameter = ?`, parameter);
    // The plus keeps SQLite from walking an index of values: the rows of one document are few.
    return exists(`${table} ${row}`, allOf([of, condition(`+${row}`)]));
  }

  #document(rid: string, condition: (document: string) => Fragment): Fragment {
    const document = this.alias();
    const its = condition(document);
    if (its === TRUE || its === FALSE) return its;
    return exists(`document ${document}`, allOf([fragment(`${document}.rid = ${rid}`), its]));
  }

  #chain({ parameter, type, of }: Extract<ArmCriterion, { kind: 'chain' }>, rid: string): Fragment {
    const row = this.alias();
    const target = this.alias();
    const code = resourceTypeCode(type);
    return exists(
      `reference ${row} CROSS JOIN document ${target} INDEXED BY document_key`,
      allOf([
        fragment(
          `${row}.rid = ${rid} AND ${row}.parameter = ? AND ${row}.type = ? AND ${row}.base = 0 AND ${target}.type = ? AND ${target}.id = ${row}.id`,
          parameter,
          code,
          code,
        ),
        this.#columns.live(target),
        this.of(of, `${target}.rid`, type),
      ]),
    );
  }

  #has({ parameter, type, of }: Extract<ArmCriterion, { kind: 'has' }>, rid: string, own: string): Fragment {
    const row = this.alias();
    const document = this.alias();
    return exists(
      `document ${document} CROSS JOIN reference ${row} INDEXED BY reference_target`,
      allOf([
        fragment(
          `${document}.rid = ${rid} AND ${row}.parameter = ? AND ${row}.id = ${document}.id AND ${row}.type = ? AND ${row}.base = 0`,
          parameter,
          resourceTypeCode(own),
        ),
        fragment(inTime(`${row}.rid`)),
        this.of(of, `${row}.rid`, type),
      ]),
    );
  }
}

function exists(from: string, where: Fragment): Fragment {
  return joined([fragment(`EXISTS (SELECT 1 FROM ${from} WHERE`), where, fragment(')')], ' ');
}
