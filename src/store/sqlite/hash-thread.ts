import type { ThreadReply } from '../../threads/batching-thread.ts';
import { serveBatches } from '../../threads/serve-batches.ts';
import { fileSha256 } from './file-hash.ts';

serveBatches<string, string>((paths) =>
  Promise.all(
    paths.map(async (path): Promise<ThreadReply<string>> => ({ ok: true, value: await fileSha256(path) })),
  ),
);
