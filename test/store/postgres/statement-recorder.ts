import { Client } from 'pg';
import { isTenantTable, violations, writtenTables } from './statement-rules.ts';

type Query = (...args: unknown[]) => unknown;

/** What no text without it writes: most texts need not be parsed for that. */
const WRITES = /\b(INSERT|UPDATE|DELETE|MERGE)\b/i;

/** Records every statement that any `pg` connection of this process is given, until it is disposed of. */
export class StatementRecorder {
  readonly #sessions = new Map<unknown, string[]>();
  readonly #original = Client.prototype.query as unknown as Query;

  constructor() {
    const sessions = this.#sessions;
    const original = this.#original;
    const recording: Query = function (this: unknown, ...args) {
      const [query] = args as [string | { readonly text?: string }];
      const text = typeof query === 'string' ? query : query.text;
      if (text !== undefined) {
        const recorded = sessions.get(this) ?? [];
        recorded.push(text);
        sessions.set(this, recorded);
      }
      return original.apply(this, args);
    };
    Client.prototype.query = recording as unknown as typeof Client.prototype.query;
  }

  [Symbol.dispose](): void {
    Client.prototype.query = this.#original as unknown as typeof Client.prototype.query;
  }

  /** Statements of all connections, each once. */
  get statements(): ReadonlySet<string> {
    return new Set([...this.#sessions.values()].flat());
  }

  /** What the recorded statements break, one by one and together with those of their transaction. */
  async violations(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const sql of this.statements) {
      for (const what of await violations(sql)) found.push(`${what}: ${sql}`);
    }
    for (const statements of this.#sessions.values()) found.push(...(await mixedTransactions(statements)));
    return [...new Set(found)];
  }
}

/** Transactions that write rows of a tenant and others besides: their commit would have two phases. */
async function mixedTransactions(statements: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  let isOpen = false;
  let written: string[] = [];
  for (const sql of statements) {
    if (/^\s*(BEGIN|START TRANSACTION)\b/i.test(sql)) {
      isOpen = true;
      written = [];
    }
    if (isOpen && WRITES.test(sql)) written.push(...(await writtenTables(sql)));
    if (/\b(COMMIT|ROLLBACK|END)\s*;?\s*$/i.test(sql)) {
      isOpen = false;
      const others = written.filter((table) => !isTenantTable(table));
      if (others.length > 0 && others.length < written.length) {
        found.push(`one transaction writes ${[...new Set(written)].sort().join(', ')}`);
      }
    }
  }
  return found;
}
