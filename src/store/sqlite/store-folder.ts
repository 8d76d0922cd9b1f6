import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Where the files of one installation lie. */
export class StoreFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get system(): string {
    return join(this.path, 'system.db');
  }

  get changes(): string {
    return join(this.path, 'changes.db');
  }

  get ingestLock(): string {
    return join(this.path, 'ingest.lock');
  }

  master(generation: number): string {
    return join(this.path, `default.g${generation}.db`);
  }

  get tenants(): string {
    return join(this.path, 'tenants');
  }

  /** Spread over 256 folders, so that none of them grows large. */
  overlayFolder(tenant: string): string {
    return join(this.tenants, createHash('sha256').update(tenant).digest('hex').slice(0, 2));
  }

  overlay(tenant: string): string {
    return join(this.overlayFolder(tenant), `tenant_${tenant}.db`);
  }
}

/** A database file and what SQLite may keep beside it. */
export const DATABASE_SUFFIXES = ['', '-wal', '-shm', '-journal'] as const;

/** Bytes of a database with everything beside it; 0 when it is not there. */
export function databaseBytes(path: string): number {
  let bytes = 0;
  for (const suffix of DATABASE_SUFFIXES)
    bytes += statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

/** Deletes a database with everything beside it, as far as it is there. */
export function unlinkDatabase(path: string): void {
  for (const suffix of DATABASE_SUFFIXES) {
    try {
      unlinkSync(path + suffix);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Makes a file's bytes, or a folder's entries, survive a power cut. */
export function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
