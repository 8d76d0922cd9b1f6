import type {
  CompositeRow,
  IndexedValues,
  QuantityRow,
  RangeRow,
  ReferenceRow,
  StringRow,
  TextRow,
  TokenRow,
  UriRow,
} from './indexed-values.ts';
import { RowList } from './row-list.ts';

/** The index rows of one resource while they are gathered. */
export class GatheredRows {
  /** The resource itself, for expressions that start there. */
  resource: Readonly<Record<string, unknown>>;
  /** False where nobody asks for `tokenText`. */
  readonly texts: boolean;
  readonly token = new RowList<TokenRow>();
  readonly tokenText = new RowList<TextRow>();
  readonly string = new RowList<StringRow>();
  readonly date = new RowList<RangeRow>();
  readonly number = new RowList<RangeRow>();
  readonly quantity = new RowList<QuantityRow>();
  readonly reference = new RowList<ReferenceRow>();
  readonly identifier = new RowList<TokenRow>();
  readonly uri = new RowList<UriRow>();
  readonly composite = new RowList<CompositeRow>();

  constructor(
    resource: Readonly<Record<string, unknown>>,
    { texts }: { readonly texts: boolean } = { texts: true },
  ) {
    this.resource = resource;
    this.texts = texts;
  }

  values(): IndexedValues {
    return {
      token: this.token.rows,
      tokenText: this.tokenText.rows,
      string: this.string.rows,
      date: this.date.rows,
      number: this.number.rows,
      quantity: this.quantity.rows,
      reference: this.reference.rows,
      identifier: this.identifier.rows,
      uri: this.uri.rows,
      composite: this.composite.rows,
    };
  }
}

/** Adds the rows that one value has for a parameter. A value that is not what its type asks for has none. */
export type ValueIndexer = (value: unknown, parameter: number, rows: GatheredRows) => void;

/** Adds the rows that a context (a resource, or a repetition of a composite) has for one parameter. */
export type ParameterIndexer = (context: unknown, rows: GatheredRows) => void;

/** The members of a complex value; none for anything else. */
export function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : NOTHING;
}

const NOTHING: Readonly<Record<string, unknown>> = {};

/** The items of a repeated value; a single one counts as a list of it. */
export function items(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** A text that says something; undefined for anything else. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
