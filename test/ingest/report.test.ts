import { describe, expect, it } from 'vitest';
import { formatReport, type IngestReport, reportRows } from '../../src/ingest/report.ts';

const report: IngestReport = {
  outcome: 'sealed',
  message: 'Generation 1 is ready: 1,201 resources.',
  failure: null,
  generation: 1,
  rows: reportRows(
    [
      { type: 'Patient', stored: 1, unchanged: 0, superseded: 2 },
      { type: 'Encounter', stored: 1200, unchanged: 3, superseded: 0 },
    ],
    new Map([
      ['(unknown)', 4],
      ['Patient', 1],
    ]),
  ),
  taken: 1206,
  seconds: 2,
  bytes: 3 * 2 ** 20,
};

describe('formatReport', () => {
  it('is a table by type with rate and size', () => {
    expect(formatReport(report).split('\n')).toEqual([
      'resource type  stored  unchanged  superseded  rejected',
      '──────────────────────────────────────────────────────',
      '(unknown)           0          0           0         4',
      'Encounter       1,200          3           0         0',
      'Patient             1          0           2         1',
      '──────────────────────────────────────────────────────',
      'total           1,201          3           2         5',
      '',
      '1,206 resources in 2.0 s, 603 resources/s, 3.0 MB',
      'Generation 1 is ready: 1,201 resources.',
    ]);
  });

  it('is one sentence when nothing was done', () => {
    expect(formatReport({ ...report, rows: [] })).toBe(report.message);
  });
});
