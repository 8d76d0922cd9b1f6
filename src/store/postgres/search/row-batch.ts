import type { IndexedValues } from '../../../fhir/search/indexed-values.ts';
import { CopyBuffer } from '../copy-buffer.ts';
import type { KnownTexts, NewTexts } from './known-texts.ts';
import { type IndexValue, indexRows } from './row-values.ts';
import { type ColumnType, ROW_COLUMNS, ROW_TABLES, type RowTable, type TextTable } from './search-tables.ts';

const TYPES = Object.fromEntries(
  ROW_TABLES.map((table) => [table, Object.values(ROW_COLUMNS[table])]),
) as unknown as Readonly<Record<RowTable, readonly ColumnType[]>>;

/** Index rows of some documents, ready for COPY. */
export class RowBatch {
  readonly rows: Readonly<Record<RowTable, CopyBuffer>>;
  readonly #texts: Readonly<Record<TextTable, Map<string, bigint>>> = { system: new Map(), label: new Map() };
  readonly #known: KnownTexts;

  constructor(known: KnownTexts) {
    this.#known = known;
    this.rows = Object.fromEntries(ROW_TABLES.map((table) => [table, new CopyBuffer()])) as Record<
      RowTable,
      CopyBuffer
    >;
  }

  /** Texts that the database may not hold yet. */
  get texts(): NewTexts {
    return this.#texts;
  }

  add(rid: number, values: IndexedValues): void {
    const seen = new Map<RowTable, Set<string>>();
    const numberOf = (table: TextTable, text: string) => {
      const number = this.#known.number(text);
      if (!this.#known.has(table, text)) this.#texts[table].set(text, number);
      return number;
    };
    indexRows(values, numberOf, (table, row) => {
      const rows = seen.get(table) ?? new Set();
      seen.set(table, rows);
      const key = row.join('\u0002');
      if (rows.has(key)) return;
      this.#append(table, rid, rows.size, row);
      rows.add(key);
    });
  }

  #append(table: RowTable, rid: number, n: number, row: readonly IndexValue[]): void {
    const types = TYPES[table];
    const buffer = this.rows[table]
      .row(types.length + 2)
      .int8(rid)
      .int2(n);
    for (const [column, type] of types.entries()) {
      const value = row[column]!;
      switch (type) {
        case 'bigint':
          buffer.bigint(value as bigint);
          break;
        case 'integer':
          buffer.int4(value as number);
          break;
        case 'smallint':
          buffer.int2(value as number);
          break;
        case 'double precision':
          buffer.float8(value as number);
          break;
        case 'text':
          buffer.text(value as string | null);
          break;
      }
    }
  }
}
