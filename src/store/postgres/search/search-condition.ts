import { resourceTypeCode } from '../../../fhir/resource-type.ts';
import type { Test } from '../../../fhir/search/criterion.ts';
import { wordSigns } from '../../../fhir/search/word-test.ts';
import type { ArmCriterion } from '../../search/arm-criterion.ts';
import {
  allOf,
  anyOf,
  FALSE,
  type Fragment,
  fragment,
  negated,
  TRUE,
  wrapped,
} from '../../search/fragment.ts';
import { type RowDialect, rowCondition } from '../../search/row-condition.ts';
import { SCHEMA } from '../master-tables.ts';
import { ROW_BY_ROW } from '../read-statements.ts';
import type { SearchArm } from './search-arm.ts';
import { textArray } from './text-array.ts';
import { slotOf, slotOfShape, slotOfTest } from './value-columns.ts';
import { cutTest } from './value-key.ts';

/** Both arms of one tenant's collection. */
export interface Arms {
  readonly overlay: SearchArm;
  readonly master: SearchArm;
}

/**
 * SQL that is true for documents that satisfy a criterion. A chain looks at both arms: at what the tenant has made of the
 * other documents, and at those of the master that it has not changed.
 */
export class SearchCondition {
  readonly #arms: Arms;
  readonly #dialect: RowDialect;
  /** Ends subqueries: probed row by row, or left to the database to join as it likes. */
  readonly #end: string;
  #aliases = 0;

  /** @param probing where few documents are looked at, in order, until a page is full */
  constructor(arms: Arms, dialect: RowDialect, probing: boolean) {
    this.#arms = arms;
    this.#dialect = dialect;
    this.#end = probing ? ` ${ROW_BY_ROW}` : '';
  }

  /** An alias that no other part of a statement has. */
  alias(): string {
    return `t${++this.#aliases}`;
  }

  /**
   * @param rid SQL for the document's rid
   * @param type the document's resource type
   */
  of(criterion: ArmCriterion, arm: SearchArm, rid: string, type: string): Fragment {
    switch (criterion.kind) {
      case 'all':
        return allOf(criterion.of.map((part) => this.of(part, arm, rid, type)));
      case 'any':
        return anyOf(criterion.of.map((part) => this.of(part, arm, rid, type)));
      case 'not':
        return negated(this.of(criterion.of, arm, rid, type));
      case 'present':
        return this.#value(arm, rid, slotOfShape(criterion.parameter, criterion.shape), () => TRUE);
      case 'index':
        return this.#index(criterion.parameter, criterion.tests, arm, rid);
      case 'composite':
        return anyOf(criterion.tests.map((tests) => this.#composite(criterion.parameter, tests, arm, rid)));
      case 'refers':
        return this.#value(arm, rid, slotOf(criterion.parameter), (row) => this.refersTo(criterion, row));
      case 'chain':
        return this.#value(arm, rid, slotOf(criterion.parameter), (row) =>
          allOf([
            fragment(`${row}.type = ? AND ${row}.base = 0`, resourceTypeCode(criterion.type)),
            this.#target(criterion.type, row, criterion.of),
          ]),
        );
      case 'has':
        return this.#document(arm, rid, type, (document) => this.#referrer(criterion, document, type));
      case 'id':
        return this.#document(arm, rid, type, (document) =>
          fragment(`${document}.id = ANY (?::text[])`, textArray(criterion.ids)),
        );
      case 'last-updated':
        return this.#document(arm, rid, type, (document) => arm.lastUpdated(document, criterion.test));
      case 'reviewed':
        return this.#document(arm, rid, type, (document) => arm.reviewed(document, criterion.reviewed));
      case 'review-time':
        return this.#document(arm, rid, type, (document) => arm.reviewTime(document, criterion.test));
      case 'words':
        return this.#document(arm, rid, type, (document) =>
          allOf([
            // The database asks the cheaper condition first: most documents are passed over without being parsed.
            ...wordSigns(criterion.words, criterion.in).map((sign) =>
              // By the letters of ASCII, whatever the language of the database.
              fragment(`${document}.json COLLATE "C" ~* ?`, `${sign}|\\\\u|[^\\u0001-\\u007f]`),
            ),
            fragment(
              `${SCHEMA}.holds_words(${document}.json, ?, ?::text[])`,
              criterion.in,
              textArray(criterion.words),
            ),
          ]),
        );
    }
  }

  /** What a row of an index range satisfies that leads to documents. */
  test(test: Test, row: string): Fragment {
    return rowCondition(cutTest(test), row, this.#dialect);
  }

  refersTo({ type, ids }: Extract<ArmCriterion, { kind: 'refers' }>, row: string): Fragment {
    const code = resourceTypeCode(type);
    return fragment(
      `${row}.id = ANY (?::text[]) AND ${row}.type = ? AND ${row}.base = 0`,
      textArray(ids),
      code,
    );
  }

  /** The tenant has not changed the master's document of this rid. */
  unshadowed(rid: string, type: string): Fragment {
    const shadow = this.alias();
    const of = this.#arms.overlay.of(shadow);
    const where = fragment(`${shadow}.type = ? AND ${shadow}.master_rid = ${rid}`, resourceTypeCode(type));
    return negated(this.#exists(`${SHADOW} ${shadow}`, [of, where]));
  }

  #index(parameter: number, tests: readonly Test[], arm: SearchArm, rid: string): Fragment {
    const slots = Map.groupBy(tests, (test) => slotOfTest(parameter, test));
    return anyOf(
      [...slots].map(([slot, its]) =>
        this.#value(arm, rid, slot, (row) => anyOf(its.map((test) => this.test(test, row)))),
      ),
    );
  }

  /** All parts of one repetition. */
  #composite(parameter: number, tests: readonly Test[], arm: SearchArm, rid: string): Fragment {
    const [first, ...others] = tests;
    if (first === undefined) return FALSE;
    return this.#value(arm, rid, slotOf(parameter, 'part'), (row) =>
      allOf([
        this.test(first, row),
        ...others.map((test, index) =>
          this.#value(arm, rid, slotOf(parameter, 'part', index + 1), (part) =>
            allOf([fragment(`${part}.repetition = ${row}.repetition`), this.test(test, part)]),
          ),
        ),
      ]),
    );
  }

  #value(arm: SearchArm, rid: string, slot: number, condition: (row: string) => Fragment): Fragment {
    const row = this.alias();
    const of = fragment(`${row}.rid = ${rid} AND ${row}.slot = ?`, slot);
    return this.#exists(`${arm.values} ${row}`, [arm.of(row), of, condition(row)]);
  }

  #document(arm: SearchArm, rid: string, type: string, condition: (document: string) => Fragment): Fragment {
    const document = this.alias();
    const its = condition(document);
    if (its === TRUE || its === FALSE) return its;
    const of = fragment(`${document}.rid = ${rid} AND ${document}.type = ?`, resourceTypeCode(type));
    return this.#exists(`${arm.document} ${document}`, [arm.of(document), of, arm.live(document), its]);
  }

  /** The document that a reference leads to satisfies the criterion, in whichever arm it is. */
  #target(type: string, reference: string, criterion: ArmCriterion): Fragment {
    const code = resourceTypeCode(type);
    const at = (document: string) =>
      fragment(`${document}.type = ? AND ${document}.id = ${reference}.id`, code);
    const { overlay, master } = this.#arms;
    const [own, other] = [this.alias(), this.alias()];
    return anyOf([
      this.#exists(`${overlay.document} ${own}`, [
        ...[overlay.of(own), at(own), overlay.live(own)],
        this.of(criterion, overlay, `${own}.rid`, type),
      ]),
      this.#exists(`${master.document} ${other}`, [
        ...[at(other), this.unshadowed(`${other}.rid`, type)],
        this.of(criterion, master, `${other}.rid`, type),
      ]),
    ]);
  }

  /** Some document of either arm that refers to this one satisfies the criterion. */
  #referrer(
    { parameter, type, of }: Extract<ArmCriterion, { kind: 'has' }>,
    document: string,
    own: string,
  ): Fragment {
    const { overlay, master } = this.#arms;
    const at = (row: string) =>
      fragment(
        `${row}.slot = ? AND ${row}.id = ${document}.id AND ${row}.type = ? AND ${row}.base = 0`,
        slotOf(parameter),
        resourceTypeCode(own),
      );
    const [changed, other] = [this.alias(), this.alias()];
    return anyOf([
      this.#exists(`${overlay.values} ${changed}`, [
        ...[overlay.of(changed), at(changed)],
        this.of(of, overlay, `${changed}.rid`, type),
      ]),
      this.#exists(`${master.values} ${other}`, [
        ...[at(other), this.unshadowed(`${other}.rid`, type)],
        this.of(of, master, `${other}.rid`, type),
      ]),
    ]);
  }

  #exists(from: string, where: readonly Fragment[]): Fragment {
    const all = allOf(where);
    return all === FALSE ? FALSE : wrapped(`EXISTS (SELECT FROM ${from} WHERE `, all, `${this.#end})`);
  }
}

const SHADOW = `${SCHEMA}.tenant_shadow`;
