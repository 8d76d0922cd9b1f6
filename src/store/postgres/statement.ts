/**
 * A statement that is prepared once per connection. The text belongs to the name for ever: whatever differs from call to
 * call is a value.
 */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A statement on its way, with what it is about. */
export interface Call {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

export type Row = Readonly<Record<string, unknown>>;

export function call(statement: Statement, ...values: readonly unknown[]): Call {
  return { statement, values };
}
