import { mkdirSync, writeFileSync } from 'node:fs';
import { pinned } from './cores.ts';
import type { Machine } from './machine.ts';

/** What a figure has to reach. */
export interface Target {
  readonly of: 'measured' | 'ratio';
  readonly at: 'least' | 'most';
  readonly value: number;
}

/** One line of a benchmark's table. */
export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly baseline?: { readonly what: string; readonly value: number };
  readonly target?: Target;
  /** Every round's figure, of which `measured` and `baseline` are the medians. */
  readonly rounds?: { readonly measured: readonly number[]; readonly baseline?: readonly number[] };
  /** More that was seen on the way, such as percentiles. */
  readonly aside?: Readonly<Record<string, number>>;
}

/** Measured ÷ baseline, where there is a baseline. */
export function ratio(figure: Figure): number | undefined {
  return figure.baseline === undefined ? undefined : figure.measured / figure.baseline.value;
}

/** Whether the figure reaches its target; undefined where it has none. */
export function reached(figure: Figure): boolean | undefined {
  if (figure.target === undefined) return undefined;
  const value = figure.target.of === 'ratio' ? ratio(figure)! : figure.measured;
  return figure.target.at === 'least' ? value >= figure.target.value : value <= figure.target.value;
}

function digits(value: number): string {
  const fraction = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: fraction });
}

function cells(figure: Figure): string[] {
  const { target, baseline } = figure;
  const relation = ratio(figure);
  const sign = target?.at === 'least' ? '≥' : '≤';
  const result = reached(figure);
  return [
    figure.what,
    `${digits(figure.measured)} ${figure.unit}`,
    baseline === undefined ? '' : `${digits(baseline.value)} ${baseline.what}`,
    relation === undefined ? '' : relation < 0.01 ? relation.toPrecision(1) : relation.toFixed(2),
    target === undefined
      ? ''
      : `${sign} ${digits(target.value)}${target.of === 'ratio' ? '×' : ` ${figure.unit}`}`,
    result === undefined ? '' : result ? 'pass' : 'FAIL',
  ];
}

/** The figures as a Markdown table. */
export function table(figures: readonly Figure[]): string {
  const rows = [['', 'measured', 'baseline', 'ratio', 'target', 'result'], ...figures.map(cells)];
  const widths = rows[0]!.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  );
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return lines.join('\n');
}

/** Where and on what a benchmark ran. */
export interface Setting {
  readonly machine: Machine;
  readonly dataset: string;
}

/** Writes the record of one benchmark to `bench/results/`. */
export function writeResult(name: string, setting: Setting, figures: readonly Figure[]): void {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const record = {
    benchmark: name,
    date: new Date().toISOString().slice(0, 10),
    machine: { ...setting.machine, pinned },
    dataset: setting.dataset,
    figures: figures.map((figure) => ({ ...figure, ratio: ratio(figure), pass: reached(figure) })),
  };
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value;
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(record, rounded, 2)}\n`);
}
