import type {
  QuantityTest,
  RangeTest,
  ReferenceTest,
  StringTest,
  Test,
  UriTest,
} from '../../fhir/search/criterion.ts';
import { UCUM_BASE } from '../../fhir/search/indexed-values.ts';
import { allOf, anyOf, type Fragment, fragment, negated } from './fragment.ts';

/** Higher than every text that begins like the one it is put behind: the last code point. */
export const LAST_CHARACTER = '\u{10FFFF}';

/** How an engine keeps what its index rows share, and looks into texts. `column` is SQL. */
export interface RowDialect {
  /** The column holds this system, base or canonical address; '' is none. */
  systemIs(column: string, system: string): Fragment;
  systemIsNot(column: string, system: string): Fragment;
  /** The address that a uri column stands for satisfies `condition`, which is given SQL for the address. */
  uriIs(column: string, condition: (uri: string) => Fragment): Fragment;
  /** The folded text of a label column contains `folded`. */
  labelContains(column: string, folded: string): Fragment;
  contains(column: string, text: string): Fragment;
  /** The column's text begins with `text`, as a range of its index. */
  startsWith(column: string, text: string): Fragment;
  /** The column's text is the beginning of `text`. */
  begins(column: string, text: string): Fragment;
  /** SQL for a string as it was written. */
  exactString(row: string): string;
  /** What a reference column holds for a resource type. */
  typeIs(column: string, type: string): Fragment;
}

/** The condition that a test puts on one row of its table, which `row` is the alias of. */
export function rowCondition(test: Test, row: string, dialect: RowDialect): Fragment {
  switch (test.kind) {
    case 'token':
    case 'identifier':
      return tokenCondition(test, row, dialect);
    case 'token-text':
      return dialect.labelContains(`${row}.label`, test.folded);
    case 'string':
      return stringCondition(test, row, dialect);
    case 'range':
      return rangeCondition(test, `${row}.low`, `${row}.high`);
    case 'quantity':
      return quantityCondition(test, row, dialect);
    case 'reference':
      return referenceCondition(test, row, dialect);
    case 'uri':
      return uriCondition(test, `${row}.uri`, dialect);
  }
}

export function tokenCondition(
  test: { readonly system?: string; readonly code?: string },
  row: string,
  dialect: RowDialect,
): Fragment {
  const parts: Fragment[] = [];
  if (test.code !== undefined) parts.push(fragment(`${row}.code = ?`, test.code));
  if (test.system !== undefined) parts.push(dialect.systemIs(`${row}.system`, test.system));
  return allOf(parts);
}

function stringCondition(test: StringTest, row: string, dialect: RowDialect): Fragment {
  switch (test.mode) {
    case 'prefix':
      return dialect.startsWith(`${row}.folded`, test.text);
    case 'contains':
      return dialect.contains(`${row}.folded`, test.text);
    case 'exact':
      return fragment(`${dialect.exactString(row)} = ?`, test.text);
  }
}

export function prefixCondition(column: string, text: string): Fragment {
  return fragment(`${column} >= ? AND ${column} < ?`, text, text + LAST_CHARACTER);
}

/** R4's comparisons of a value's range [low, high) with the range of the search value. */
export function rangeCondition(test: RangeTest, low: string, high: string): Fragment {
  const { from, until } = test;
  switch (test.comparison) {
    case 'eq':
      return fragment(`(${low} >= ? AND ${high} <= ?)`, from, until);
    case 'ne':
      return negated(fragment(`${low} >= ? AND ${high} <= ?`, from, until));
    case 'gt':
      return fragment(`${high} > ?`, until);
    case 'lt':
      return fragment(`${low} < ?`, from);
    case 'ge':
      return fragment(`(${low} >= ? OR ${high} > ?)`, from, until);
    case 'le':
      return fragment(`(${high} <= ? OR ${low} < ?)`, until, from);
    case 'sa':
      return fragment(`${low} >= ?`, until);
    case 'eb':
      return fragment(`${high} <= ?`, from);
    case 'overlaps':
      return fragment(`(${low} < ? AND ${high} > ?)`, until, from);
  }
}

function quantityCondition(test: QuantityTest, row: string, dialect: RowDialect): Fragment {
  const range = rangeCondition(test.range, `${row}.low`, `${row}.high`);
  return allOf([unitCondition(test, row, dialect), range]);
}

/** Without a system and a unit the value as it was written counts, not the converted one. */
export function unitCondition(
  test: { readonly system?: string; readonly code?: string },
  row: string,
  dialect: RowDialect,
): Fragment {
  if (test.system !== undefined) return tokenCondition(test, row, dialect);
  return allOf([tokenCondition(test, row, dialect), dialect.systemIsNot(`${row}.system`, UCUM_BASE)]);
}

function referenceCondition(test: ReferenceTest, row: string, dialect: RowDialect): Fragment {
  const parts: Fragment[] = [];
  if (test.id !== undefined) parts.push(fragment(`${row}.id = ?`, test.id));
  if (test.type !== undefined) parts.push(dialect.typeIs(`${row}.type`, test.type));
  if (test.base !== undefined) parts.push(dialect.systemIs(`${row}.base`, test.base));
  if (test.version !== undefined) parts.push(fragment(`${row}.version = ?`, test.version));
  return allOf(parts);
}

function uriCondition(test: UriTest, column: string, dialect: RowDialect): Fragment {
  const { uri } = test;
  switch (test.mode) {
    case 'exact':
      return dialect.systemIs(column, uri);
    case 'below':
      return dialect.uriIs(column, (text) =>
        anyOf([fragment(`${text} = ?`, uri), prefixCondition(text, uri.endsWith('/') ? uri : `${uri}/`)]),
      );
    case 'above':
      return dialect.uriIs(column, (text) =>
        anyOf([fragment(`${text} = ?`, uri), dialect.begins(`rtrim(${text}, '/') || '/'`, `${uri}/`)]),
      );
  }
}
