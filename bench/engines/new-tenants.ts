import type { Workload } from '../harness/load.ts';
import type { Figure } from '../harness/report.ts';
import { median } from '../harness/statistics.ts';
import type { Workshop } from '../harness/workshop.ts';
import { EnginePair } from './engine-pair.ts';

/** Every request names a tenant that has never been warm. */
const NEW_TENANTS: Workload = {
  method: 'POST',
  headers: ['Content-Type: application/json'],
  paths: ['/warm-up-tenant'],
  bodies: ['{"tenant":"new-{n}"}'],
};

async function p50(pair: EnginePair): Promise<{ postgres: number[]; sqlite: number[] }> {
  const { postgres, sqlite } = await pair.run(NEW_TENANTS, { connections: 1, seconds: 2 });
  return { postgres: postgres.map((r) => r.p50), sqlite: sqlite.map((r) => r.p50) };
}

/** Warm-ups of tenants that never existed, one after the other, and with a master ten times as large. */
export async function newTenants(workshop: Workshop, pair: EnginePair): Promise<readonly Figure[]> {
  const once = await p50(pair);
  const larger = await EnginePair.start(workshop, 10);
  const tenfold = await p50(larger);
  await larger.stop();
  return [
    {
      what: 'new tenant, p50, PostgreSQL',
      measured: median(once.postgres),
      unit: 'ms',
      baseline: { what: 'ms on SQLite', value: median(once.sqlite) },
      target: { of: 'measured', at: 'most', value: 5 },
      rounds: { measured: once.postgres, baseline: once.sqlite },
    },
    {
      what: 'new tenant, p50, master 10× as large, PostgreSQL',
      measured: median(tenfold.postgres),
      unit: 'ms',
      baseline: { what: 'ms with master 1×', value: median(once.postgres) },
      target: { of: 'ratio', at: 'most', value: 1.2 },
      rounds: { measured: tenfold.postgres, baseline: once.postgres },
      aside: { sqliteMs: median(tenfold.sqlite) },
    },
  ];
}
