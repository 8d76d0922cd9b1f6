import { workerData } from 'node:worker_threads';
import { serveBatches } from '../../threads/serve-batches.ts';
import { ChangeCounter } from './change-counter.ts';
import { MasterFiles } from './master-files.ts';
import { OverlayHandles } from './overlay-handles.ts';
import { StoreFolder } from './store-folder.ts';
import { SystemFile } from './system-file.ts';
import { TenantWriter, type WriteRequest } from './tenant-writer.ts';
import type { ThreadData } from './thread-data.ts';

/** A request to write, or to let go of a tenant's handle. */
export type WriterCall = WriteRequest | { readonly release: number };

const data = workerData as ThreadData;
const folder = new StoreFolder(data.folder);
const system = new SystemFile(folder);
const masters = new MasterFiles(folder, system);
const overlays = new OverlayHandles(folder, data.overlayHandles);
const changes = new ChangeCounter(folder);
const writer = new TenantWriter({ folder, system, changes, masters, overlays });

serveBatches<WriterCall, unknown>(
  async (batch) => {
    const writes = batch.filter((call): call is WriteRequest => 'writes' in call);
    const replies = (await writer.handle(writes)).values();
    return batch.map((call) => {
      if ('writes' in call) return replies.next().value!;
      overlays.release(call.release);
      return { ok: true, value: undefined };
    });
  },
  () => {
    overlays.close();
    masters.close();
    changes.close();
    system.close();
  },
);
