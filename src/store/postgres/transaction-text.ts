import { APP_ROLE } from './master-tables.ts';

/** What every transaction begins with, beside the tenant. */
export interface TransactionSettings {
  /** True where the login could do more than serve: then each transaction drops to the role that serves. */
  readonly dropRole: boolean;
  /** Longest time for one statement, milliseconds. */
  readonly statementTimeoutMs: number;
}

/** `agreeing` statements all see the database as it was at the first of them. */
export type TransactionKind = 'plain' | 'agreeing';

/**
 * The commands that begin a transaction, sent as one text. Settings are literals and end with the transaction: so they
 * reach the workers of a Citus cluster, and a pooler may give the connection to anybody afterwards.
 *
 * @param serial of the tenant whose rows it may touch; without one it sees no tenant's rows, but an error
 */
export function beginText(
  { dropRole, statementTimeoutMs }: TransactionSettings,
  kind: TransactionKind,
  serial?: number,
): string {
  const begin = kind === 'agreeing' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN';
  const role = dropRole ? `SET LOCAL ROLE ${APP_ROLE}; ` : '';
  const tenant = serial === undefined ? '' : `SET LOCAL app.tenant = '${Math.trunc(serial)}'; `;
  return `${begin}; ${role}${tenant}SET LOCAL statement_timeout = ${Math.trunc(statementTimeoutMs)}`;
}
