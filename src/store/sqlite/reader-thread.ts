import { workerData } from 'node:worker_threads';
import type { ThreadReply } from '../../threads/batching-thread.ts';
import { failure, serveBatches } from '../../threads/serve-batches.ts';
import type { TenantRecord } from '../tenant-registry.ts';
import { CollectionReader } from './collection-reader.ts';
import { MasterFiles } from './master-files.ts';
import { OverlayHandles } from './overlay-handles.ts';
import { StoreFolder } from './store-folder.ts';
import { SystemFile } from './system-file.ts';
import type { ThreadData } from './thread-data.ts';

/** The queries that a reader thread answers: methods of `CollectionReader`. */
export type ReaderMethod =
  | 'history'
  | 'readVersion'
  | 'list'
  | 'reviewCounts'
  | 'changedDocuments'
  | 'search';

export type ReaderCall =
  | { readonly tenant: TenantRecord; readonly method: ReaderMethod; readonly parameters: readonly unknown[] }
  | { readonly release: number };

const data = workerData as ThreadData;
const folder = new StoreFolder(data.folder);
const system = new SystemFile(folder);
const masters = new MasterFiles(folder, system);
const overlays = new OverlayHandles(folder, data.overlayHandles);

async function answer(call: ReaderCall): Promise<unknown> {
  if ('release' in call) return overlays.release(call.release);
  const overlay = call.tenant.overlay ? overlays.get(call.tenant) : undefined;
  const master = masters.get(call.tenant.generation);
  if (overlay?.isIndexed === false && master.isIndexed) {
    // What it brings along is large, and hardly ever needed.
    const { upgradeOverlay } = await import('./overlay-upgrade.ts');
    upgradeOverlay(overlay, master);
  }
  const reader = new CollectionReader(master, overlay);
  const method = reader[call.method] as (...parameters: readonly unknown[]) => unknown;
  // Several statements, one state of the overlay.
  overlay?.exec('BEGIN');
  try {
    return method.apply(reader, call.parameters as unknown[]);
  } finally {
    overlay?.exec('COMMIT');
  }
}

serveBatches<ReaderCall, unknown>(
  async (batch) => {
    const replies: ThreadReply<unknown>[] = [];
    for (const call of batch) {
      try {
        replies.push({ ok: true, value: await answer(call) });
      } catch (error) {
        replies.push(failure(error));
      }
    }
    return replies;
  },
  () => {
    overlays.close();
    masters.close();
    system.close();
  },
);
