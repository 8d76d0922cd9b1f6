import { type ArmCriterion, conjuncts } from '../../search/arm-criterion.ts';
import type { Fragment } from '../../search/fragment.ts';
import type { MasterGeneration } from '../master-generations.ts';
import type { Row } from '../statement.ts';
import type { IndexRange } from './search-lead.ts';
import type { Lead, SearchStatements } from './search-statements.ts';

/**
 * Chooses what leads a search, by counting at most so many rows of each index range of the master: either the documents that
 * some range leads to are few, and all are looked at; or documents are walked in order until the page is full. What was
 * found out about a generation is kept with it, since that never changes.
 */
export class SearchPlan {
  readonly #statements: SearchStatements;
  readonly #master: MasterGeneration;
  readonly #ask: (statement: Fragment) => Promise<readonly Row[]>;

  constructor(
    statements: SearchStatements,
    master: MasterGeneration,
    ask: (statement: Fragment) => Promise<readonly Row[]>,
  ) {
    this.#statements = statements;
    this.#master = master;
    this.#ask = ask;
  }

  /**
   * The part of a criterion whose index leads to the fewest documents, or whose index is in the order of rids.
   * @param sorted by something else than the order of rids
   */
  async lead(
    type: string,
    criterion: ArmCriterion,
    limit: number,
    sorted: boolean,
  ): Promise<Lead | undefined> {
    const choices = conjuncts(criterion).flatMap((part) => {
      const ranges = this.#statements.canLead(part);
      return ranges === undefined || ranges.length === 0 ? [] : [{ part, ranges }];
    });
    if (choices.length === 0) return undefined;
    const isOrdered = ({ ranges }: { readonly ranges: readonly IndexRange[] }) =>
      ranges.length === 1 && ranges[0]!.ordered;
    if (!sorted && choices.length === 1 && isOrdered(choices[0]!)) {
      return { criterion: choices[0]!.part, few: false };
    }
    const few = this.#few(type, limit);
    const counts = await this.#counts(choices);
    const ranked = choices
      .map((choice, index) => ({ ...choice, count: counts[index]! }))
      .sort((a, b) => a.count - b.count);
    const best = ranked[0]!;
    if (best.count <= few) return { criterion: best.part, few: true };
    const ordered = sorted ? undefined : ranked.find(isOrdered);
    return ordered && { criterion: ordered.part, few: false };
  }

  remembered(key: string): number | undefined {
    return this.#master.memory.peek(key);
  }

  remember(key: string, value: number): void {
    this.#master.memory.get(key, () => value);
  }

  /** So many documents are looked at one by one rather than walking on in order until a page is full. */
  #few(type: string, limit: number): number {
    const size = this.#master.counts.get(type) ?? 0;
    return Math.min(MOST_LOOKED_AT, Math.max(200, 2 * Math.sqrt(limit * size)));
  }

  async #counts(
    choices: readonly { readonly part: ArmCriterion; readonly ranges: readonly IndexRange[] }[],
  ): Promise<readonly number[]> {
    const keys = choices.map(({ part }) => `range ${JSON.stringify(part)}`);
    const known = keys.map((key) => this.remembered(key));
    const unknown = choices.filter((_, index) => known[index] === undefined);
    if (unknown.length > 0) {
      const statement = this.#statements.countRanges(
        unknown.map(({ ranges }) => ranges),
        MOST_LOOKED_AT + 1,
      );
      const [row] = await this.#ask(statement);
      for (const [index, choice] of unknown.entries()) {
        this.remember(keys[choices.indexOf(choice)]!, row![`c${index}`] as number);
      }
    }
    return keys.map((key) => this.remembered(key)!);
  }
}

const MOST_LOOKED_AT = 5_000;
