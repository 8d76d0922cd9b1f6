import type { WarmfhirError } from '../errors.ts';
import type { TypeCounts } from '../store/generation.ts';

export interface ReportRow extends TypeCounts {
  readonly rejected: number;
}

/** What an ingest came to. */
export interface IngestReport {
  /** `already-ready`: nothing was done; `rejected`: everything is stored, but the generation was not sealed. */
  readonly outcome: 'already-ready' | 'sealed' | 'rejected';
  /** One sentence. */
  readonly message: string;
  /** What ends the command with an error: `ingest-rejects`, or null. */
  readonly failure: WarmfhirError | null;
  readonly generation: number | null;
  readonly rows: readonly ReportRow[];
  /** Resources that this run took in, rejects not counted. */
  readonly taken: number;
  readonly seconds: number;
  /** Size of the generation on disk. */
  readonly bytes: number;
}

/** One row for every type that was stored or rejected, by name. */
export function reportRows(
  counts: readonly TypeCounts[],
  rejects: ReadonlyMap<string, number>,
): readonly ReportRow[] {
  const rows = new Map<string, ReportRow>();
  for (const count of counts) rows.set(count.type, { ...count, rejected: rejects.get(count.type) ?? 0 });
  for (const [type, rejected] of rejects) {
    if (!rows.has(type)) rows.set(type, { type, stored: 0, unchanged: 0, superseded: 0, rejected });
  }
  return [...rows.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
}

const COLUMNS = ['stored', 'unchanged', 'superseded', 'rejected'] as const;

/** The report as text for a terminal: a table by resource type, rate and size, then the one-sentence summary. */
export function formatReport(report: IngestReport): string {
  if (report.rows.length === 0) return report.message;
  const total: ReportRow = report.rows.reduce(
    (sum, row) => ({
      type: 'total',
      stored: sum.stored + row.stored,
      unchanged: sum.unchanged + row.unchanged,
      superseded: sum.superseded + row.superseded,
      rejected: sum.rejected + row.rejected,
    }),
    { type: 'total', stored: 0, unchanged: 0, superseded: 0, rejected: 0 },
  );
  const table = [
    ['resource type', ...COLUMNS],
    ...[...report.rows, total].map((row) => [row.type, ...COLUMNS.map((column) => grouped(row[column]))]),
  ];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((cells) => cells[column]!.length)));
  const lines = table.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
  const rule = '─'.repeat(lines[0]!.length);
  lines.splice(1, 0, rule);
  lines.splice(-1, 0, rule);
  const rate =
    report.seconds > 0 ? `, ${grouped(Math.round(report.taken / report.seconds))} resources/s` : '';
  lines.push(
    '',
    `${grouped(report.taken)} resources in ${report.seconds.toFixed(1)} s${rate}, ${size(report.bytes)}`,
  );
  return [...lines, report.message].join('\n');
}

/** 68145 → 68,145 */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

function size(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
