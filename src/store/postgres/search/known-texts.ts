import { TEXT_TABLES, type TextTable } from './search-tables.ts';
import { storable, textNumber } from './text-number.ts';

/** So many texts are remembered of each table; forgetting one costs a row that is there already. */
const MOST = 200_000;

/** Texts on their way into the tables with one batch. */
export type NewTexts = Readonly<Record<TextTable, ReadonlyMap<string, bigint>>>;

/** Numbers of texts, and which of them the database holds already. */
export class KnownTexts {
  readonly #numbers = new Map<string, bigint>();
  readonly #stored: Readonly<Record<TextTable, Set<string>>> = { system: new Set(), label: new Set() };

  number(text: string): bigint {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      if (this.#numbers.size >= MOST) this.#numbers.clear();
      number = textNumber(storable(text));
      this.#numbers.set(text, number);
    }
    return number;
  }

  has(table: TextTable, text: string): boolean {
    return text === '' || this.#stored[table].has(text);
  }

  /** They are committed. */
  note(texts: NewTexts): void {
    for (const table of TEXT_TABLES) {
      const stored = this.#stored[table];
      if (stored.size >= MOST) stored.clear();
      for (const text of texts[table].keys()) stored.add(text);
    }
  }
}
