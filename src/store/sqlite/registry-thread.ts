import { existsSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { WarmfhirError } from '../../errors.ts';
import type { ThreadReply } from '../../threads/batching-thread.ts';
import { failure, serveBatches } from '../../threads/serve-batches.ts';
import { type KeptSearch, MOST_KEPT_SEARCHES } from '../store.ts';
import { ChangeCounter } from './change-counter.ts';
import { guarded } from './connection.ts';
import { StoreFolder, syncToDisk, unlinkDatabase } from './store-folder.ts';
import { SystemFile } from './system-file.ts';
import type { ThreadData } from './thread-data.ts';

/** Changes to the list of tenants, and to what is kept for them. */
export type RegistryCall =
  | { readonly kind: 'warm'; readonly id: string; readonly now: number }
  | { readonly kind: 'cool'; readonly id: string }
  | { readonly kind: 'requests'; readonly requests: ReadonlyMap<string, number> }
  | {
      readonly kind: 'keep-search';
      readonly serial: number;
      readonly search: KeptSearch & { readonly now: number };
    }
  | { readonly kind: 'remove'; readonly id: string };

type SharedCall = Exclude<RegistryCall, { readonly kind: 'remove' }>;

const folder = new StoreFolder((workerData as ThreadData).folder);
const system = new SystemFile(folder);
const changes = new ChangeCounter(folder);
// A process that died between a commit and counting it left the others behind; the one that replaces it counts.
changes.countUp();

function warm(id: string, now: number): unknown {
  const created = system.tenant(id) === undefined;
  if (created) {
    eraseLeftover(id);
    const generation = system.newestSealed();
    if (generation === undefined) throw new WarmfhirError('ingestion-not-ready');
    system.run('INSERT INTO tenant (id, generation, created_at) VALUES (?, ?, ?)', id, generation, now);
  }
  system.run(
    'UPDATE tenant SET warmed_at = ?, last_request = max(coalesce(last_request, 0), ?) WHERE id = ?',
    now,
    now,
    id,
  );
  return { record: system.tenant(id), created };
}

/**
 * Erases a tenant in two transactions: first it is gone for everybody, then its files and its row go together. A
 * process that dies in between leaves a row that the next warm-up or removal of this id finishes.
 */
function remove(id: string): boolean {
  const marked = system.transaction(() => system.run('UPDATE tenant SET erased = 1 WHERE id = ?', id)) > 0;
  if (marked) finishErasing(id);
  return marked;
}

/** Inside a transaction: the files of an erased tenant and its row. */
function eraseLeftover(id: string): void {
  system.run(
    'DELETE FROM kept_search WHERE serial IN (SELECT serial FROM tenant WHERE id = ? AND erased = 1)',
    id,
  );
  if (system.run('DELETE FROM tenant WHERE id = ? AND erased = 1', id) === 0) return;
  const path = folder.overlay(id);
  guarded(path, () => {
    unlinkDatabase(path);
    unlinkDatabase(`${path}.new`);
    if (existsSync(folder.overlayFolder(id))) syncToDisk(folder.overlayFolder(id));
  });
}

function finishErasing(id: string): void {
  system.transaction(() => eraseLeftover(id));
  // An erased tenant must not live on in the write-ahead log.
  guarded(folder.system, () => system.connection.pragma('wal_checkpoint(TRUNCATE)'));
}

function keepSearch(
  serial: number,
  { hash, text, expires, now }: KeptSearch & { readonly now: number },
): void {
  // A tenant that was removed meanwhile must leave nothing behind.
  if (system.tenantOverlay(serial) === undefined) return;
  system.run('DELETE FROM kept_search WHERE expires <= ?', now);
  system.run(
    `INSERT INTO kept_search VALUES (?, ?, ?, ?)
     ON CONFLICT (serial, hash) DO UPDATE SET expires = max(expires, excluded.expires)`,
    serial,
    hash,
    text,
    expires,
  );
  system.run(
    `DELETE FROM kept_search WHERE serial = ? AND hash IN
     (SELECT hash FROM kept_search WHERE serial = ? ORDER BY expires DESC, hash LIMIT -1 OFFSET ?)`,
    serial,
    serial,
    MOST_KEPT_SEARCHES,
  );
}

function apply(call: SharedCall): unknown {
  switch (call.kind) {
    case 'warm':
      return warm(call.id, call.now);
    case 'cool':
      return system.run('UPDATE tenant SET warmed_at = NULL WHERE id = ?', call.id) > 0;
    case 'requests':
      for (const [id, now] of call.requests) {
        system.run(
          'UPDATE tenant SET last_request = max(coalesce(last_request, 0), ?) WHERE id = ?',
          now,
          id,
        );
      }
      return undefined;
    case 'keep-search':
      keepSearch(call.serial, call.search);
      return undefined;
  }
}

/** Calls that queued up together share one transaction, each in a savepoint. */
function commitTogether(calls: readonly SharedCall[]): ThreadReply<unknown>[] {
  return system.transaction(() =>
    calls.map((call): ThreadReply<unknown> => {
      system.connection.exec('SAVEPOINT call');
      try {
        const value = apply(call);
        system.connection.exec('RELEASE call');
        return { ok: true, value };
      } catch (error) {
        if (!(error instanceof WarmfhirError) || error.code === 'store-full') throw error;
        system.connection.exec('ROLLBACK TO call');
        system.connection.exec('RELEASE call');
        return failure(error);
      }
    }),
  );
}

function settle(task: () => ThreadReply<unknown>[], calls: number): ThreadReply<unknown>[] {
  try {
    return task();
  } catch (error) {
    return new Array<ThreadReply<unknown>>(calls).fill(failure(error));
  }
}

serveBatches<RegistryCall, unknown>(
  (batch) => {
    const shared = batch.filter((call) => call.kind !== 'remove');
    const removals = batch.filter((call) => call.kind === 'remove');
    const replies = new Map<RegistryCall, ThreadReply<unknown>>();
    const answers = shared.length === 0 ? [] : settle(() => commitTogether(shared), shared.length);
    for (const [index, call] of shared.entries()) replies.set(call, answers[index]!);
    for (const call of removals)
      replies.set(call, settle(() => [{ ok: true, value: remove(call.id) }], 1)[0]!);
    // What is kept for a search is asked for anew each time: nobody holds it.
    if (batch.some(({ kind }) => kind !== 'keep-search')) changes.countUp();
    return batch.map((call) => replies.get(call)!);
  },
  () => {
    changes.close();
    system.close();
  },
);
