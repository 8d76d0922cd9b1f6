import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { WarmfhirError } from '../../errors.ts';
import { BatchingThread } from '../../threads/batching-thread.ts';
import { scriptUrl } from '../../threads/script-url.ts';
import { guarded } from './connection.ts';
import type { SealedFile } from './system-file.ts';

/** Size, modification time and inode: while these are what they were, nobody has written to the file. */
export function fileStat(path: string): string {
  const { size, mtimeNs, ino } = guarded(path, () => statSync(path, { bigint: true }));
  return `${size} ${mtimeNs} ${ino}`;
}

/** @throws store-damaged when the file's bytes are not those that were sealed */
export async function requireSealedBytes(path: string, sealed: SealedFile): Promise<void> {
  // On a thread of its own: a large file takes seconds, and requests are answered meanwhile.
  const thread = new BatchingThread<string, string>(scriptUrl('hash-thread', import.meta.url));
  let sha256: string;
  try {
    sha256 = await thread.call(path);
  } catch (cause) {
    throw damaged(path, 'cannot be read', cause);
  } finally {
    await thread.close();
  }
  if (sha256 !== sealed.sha256) throw damaged(path, 'does not hold what was sealed', undefined);
}

/** The check that costs nothing. @throws store-damaged when the file is missing or has another size */
export function requireSealedSize(path: string, sealed: SealedFile): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw damaged(path, 'is missing', undefined);
  if (found.size !== sealed.bytes)
    throw damaged(path, `has ${found.size} bytes instead of ${sealed.bytes}`, undefined);
}

function damaged(path: string, how: string, cause: unknown): WarmfhirError {
  return new WarmfhirError(
    'store-damaged',
    `The store file ${basename(path)} ${how}: it is damaged and not served.`,
    {
      cause,
    },
  );
}
