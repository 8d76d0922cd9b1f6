import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Random } from '../../src/sample/random.ts';
import { Killable } from './killable.ts';

export interface CrashReport {
  readonly kills: number;
  /** What was found wrong; empty when every promise held. */
  readonly violations: readonly string[];
  /** What was compared, in words. */
  readonly verified: string;
}

/**
 * Kills `ingest` at random moments, `kills` times. Nothing of a generation may be seen before it is sealed, and the run
 * that ends has to leave the documents of a run that nobody disturbed: rids, types, ids and bytes, but for
 * `meta.lastUpdated`.
 */
export async function crashIngest(source: string, kills: number, random: Random): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'warmfhir-crash-'));
  const violations: string[] = [];
  try {
    const started = performance.now();
    const calm = join(folder, 'calm');
    if ((await ingest(source, calm).ended) !== 0) throw new Error('the undisturbed ingest failed');
    const duration = performance.now() - started;
    const expected = fingerprint(calm);
    let done = 0;
    let stores = 0;
    while (done < kills) {
      const data = join(folder, `store-${stores++}`);
      let finished = false;
      while (!finished) {
        const run = ingest(source, data);
        const killing = done < kills;
        const wait = killing ? random.next() * duration * 1.1 : 120_000;
        const timer = AbortSignal.timeout(Math.ceil(wait));
        const code = await Promise.race([
          run.ended,
          new Promise<'late'>((resolve) => timer.addEventListener('abort', () => resolve('late'))),
        ]);
        if (code === 'late') {
          await run.kill();
          done++;
          violations.push(...halfMade(data, expected));
        } else if (code !== 0) {
          violations.push(`ingest ended with ${code}: ${run.output.trim()}`);
          return { kills: done, violations, verified: 'stopped early' };
        } else {
          finished = true;
        }
      }
      const found = fingerprint(data);
      if (found !== expected)
        violations.push(`store ${stores}: other documents than an undisturbed ingest leaves`);
      rmSync(data, { recursive: true, force: true });
    }
    return { kills: done, violations, verified: `${stores} finished ingests compared` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ingest(source: string, data: string): Killable {
  return new Killable('ingest', source, '--store', `sqlite:${data}`, '--log-level', 'warn');
}

/** What a server would see after a kill: either nothing, or the whole sealed generation. */
function halfMade(data: string, expected: string): string[] {
  if (!existsSync(join(data, 'system.db'))) return [];
  const system = new Database(join(data, 'system.db'), { readonly: true });
  try {
    const tables = system.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'setting'").pluck().get();
    if (tables === 0) return [];
    const status = system.prepare('SELECT json FROM document').pluck().get() as string | undefined;
    const sealed = system.prepare("SELECT count(*) FROM generation WHERE state = 'sealed'").pluck().get();
    const ready = status !== undefined && JSON.parse(status).ready === true;
    if (ready !== (sealed === 1)) return [`ready is ${ready} with ${sealed} sealed generations`];
    if (ready && fingerprint(data) !== expected) return ['a sealed generation is not complete'];
    return [];
  } finally {
    system.close();
  }
}

/** One hash over all documents of generation 1 in rid order. */
function fingerprint(data: string): string {
  const master = new Database(join(data, 'default.g1.db'), { readonly: true });
  try {
    const hash = createHash('sha256');
    const rows = master.prepare('SELECT rid, type, id, json FROM document ORDER BY rid').raw();
    for (const row of rows.iterate() as IterableIterator<unknown[]>) {
      hash.update(row.join(' ').replace(/"lastUpdated":"[^"]*"/, ''));
    }
    return hash.digest('hex');
  } finally {
    master.close();
  }
}
