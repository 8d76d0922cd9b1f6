export type SqlValue = string | number | null;

/** A piece of SQL with its values, one for each `?` in it, in order. */
export interface Fragment {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export const TRUE: Fragment = { sql: '1=1', values: [] };
export const FALSE: Fragment = { sql: '1=0', values: [] };

export function fragment(sql: string, ...values: readonly SqlValue[]): Fragment {
  return { sql, values };
}

/** The pieces one after another. */
export function joined(parts: readonly Fragment[], separator: string): Fragment {
  return {
    sql: parts.map((part) => part.sql).join(separator),
    values: parts.flatMap((part) => part.values),
  };
}

/** `before`, the pieces, `after`. */
export function wrapped(before: string, part: Fragment, after: string): Fragment {
  return { sql: before + part.sql + after, values: part.values };
}

export function allOf(parts: readonly Fragment[]): Fragment {
  const open = parts.filter((part) => part !== TRUE);
  if (open.includes(FALSE)) return FALSE;
  if (open.length === 0) return TRUE;
  return open.length === 1 ? open[0]! : wrapped('(', joined(open, ' AND '), ')');
}

export function anyOf(parts: readonly Fragment[]): Fragment {
  const open = parts.filter((part) => part !== FALSE);
  if (open.includes(TRUE)) return TRUE;
  if (open.length === 0) return FALSE;
  return open.length === 1 ? open[0]! : wrapped('(', joined(open, ' OR '), ')');
}

export function negated(part: Fragment): Fragment {
  if (part === TRUE) return FALSE;
  if (part === FALSE) return TRUE;
  return wrapped('NOT (', part, ')');
}
