import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { collectionOf, content, seal, searchOf, warmed } from '../../conformance/engine.ts';

const disk = mkdtempSync(join(tmpdir(), 'warmfhir-disk-'));

/** A real file system of four megabytes; false where this user may not mount one. */
function mounted(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isMounted = mounted();

afterAll(() => {
  if (isMounted) execFileSync('umount', ['--lazy', disk]);
  rmSync(disk, { recursive: true, force: true });
});

describe.skipIf(!isMounted)('a full disk (needs the right to mount one)', () => {
  it('refuses writes, keeps all that was acknowledged, and goes on reading', async () => {
    const store = SqliteStore.open(disk);
    await seal(store, [content('Patient', 'p')]);
    await store.prepare();
    const acme = await warmed(store, 'acme');
    await store.tenants.warm('birch', 2_000);
    const text = 'x'.repeat(50_000);
    const acknowledged: string[] = [];
    let refused: unknown;
    for (let number = 0; refused === undefined; number += 1) {
      const created = content('Basic', `b${number}`, { code: { text } });
      await acme.write([{ kind: 'create', content: created }], 3_000).then(
        () => acknowledged.push(created.id),
        (error) => {
          refused = error;
        },
      );
    }
    expect(refused).toMatchObject({ code: 'store-full' });
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(await acme.read('Patient', 'p')).toMatchObject({ version: 1 });
    const { total } = await (await collectionOf(store, 'acme')).search(searchOf('Basic', { count: 0 }));
    expect(total).toBe(acknowledged.length);
    const birch = await collectionOf(store, 'birch');
    await expect(
      birch.write([{ kind: 'put', content: content('Basic', 'first', { code: { text } }) }], 3_000),
    ).rejects.toMatchObject({ code: 'store-full' });
    const page = (await collectionOf(store, 'birch')).search(searchOf('Patient'));
    expect((await page).matches).toMatchObject([{ id: 'p' }]);
    expect(store.sign('a page')).toHaveLength(22);
    await store.close();

    const again = SqliteStore.open(disk);
    await again.prepare();
    const reopened = await collectionOf(again, 'acme');
    for (const id of acknowledged) expect(await reopened.read('Basic', id)).toMatchObject({ deleted: false });
    await again.close();
  });
});
