/** How a dictionary gets at its table. */
export interface DictionaryStatements {
  find(text: string): number | undefined;
  /** Adds a text and gives its number. */
  add(text: string): number;
}

/** Texts held in memory; beyond that they are looked up. */
const MOST_HELD = 100_000;

/** Numbers for texts that repeat; the empty text is always 0. It never forgets what it has numbered. */
export class Dictionary {
  readonly #statements: DictionaryStatements;
  readonly #numbers = new Map<string, number>();

  constructor(statements: DictionaryStatements) {
    this.#statements = statements;
  }

  number(text: string): number {
    if (text === '') return 0;
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#statements.find(text) ?? this.#statements.add(text);
      if (this.#numbers.size >= MOST_HELD) this.#numbers.clear();
      this.#numbers.set(text, number);
    }
    return number;
  }

  /** After a rollback: what was added in the transaction is gone. */
  forget(): void {
    this.#numbers.clear();
  }
}
