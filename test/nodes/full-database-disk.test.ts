import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { postgresUnavailable } from '../postgres/postgres-programs.ts';
import { PostgresServer } from '../postgres/postgres-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { installSample } from './postgres-installation.ts';
import { ServingNode } from './serving-node.ts';

const disk = mkdtempSync(join(tmpdir(), 'warmfhir-disk-'));

/** A real file system of its own; false where this user may not mount one. */
function mounted(): boolean {
  try {
    const options = ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'tmpfs', disk];
    execFileSync('mount', options, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isMounted = postgresUnavailable() === undefined && mounted();

/** Takes all that is left of the disk. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1_048_576; size >= 1; size = Math.floor(size / 2)) {
      const block = Buffer.alloc(size, 1);
      try {
        while (writeSync(file, block) === size);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

describe.skipIf(!isMounted)('a PostgreSQL whose disk is full (needs the right to mount one)', () => {
  const folder = temporaryFolder();
  let database: PostgresServer | undefined;
  let node: ServingNode | undefined;

  afterAll(async () => {
    await node?.kill();
    await database?.dispose();
    execFileSync('umount', ['--lazy', disk]);
    rmSync(disk, { recursive: true, force: true });
    folder[Symbol.dispose]();
  });

  it('refuses writes, keeps what was acknowledged, reads on, and takes writes again once there is room', async () => {
    database = await PostgresServer.start({ fsync: true, under: disk });
    await installSample(database.url(), folder);
    node = await ServingNode.start('--store', database.url());
    const { http } = node;
    await http.warmUp('acme');
    const text = 'x'.repeat(20_000);
    const put = (id: string) => {
      const body = { resourceType: 'Basic', id, code: { text: `${id} ${text}` } };
      return http.call(`/fhir/Basic/${id}`, { method: 'PUT', tenant: 'acme', body });
    };
    await put('first');
    fill(join(disk, 'filler'));
    const acknowledged = ['first'];
    let refused = await put('b0');
    for (let number = 1; refused.status === 201; number += 1) {
      acknowledged.push(`b${number - 1}`);
      refused = await put(`b${number}`);
    }
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refused.json.issue[0].diagnostics).toMatch(/disk .* full/);
    const found = async () =>
      (await http.call('/fhir/Basic?_count=0&_total=accurate', { tenant: 'acme' })).json.total;
    expect(await found()).toBe(acknowledged.length);
    rmSync(join(disk, 'filler'));
    await expect.poll(async () => (await put('after')).status, { timeout: 20_000 }).toBe(201);
    expect(await found()).toBe(acknowledged.length + 1);
    for (const id of acknowledged) {
      expect((await http.call(`/fhir/Basic/${id}`, { tenant: 'acme' })).status).toBe(200);
    }
  });
});
