import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ChangeCounter } from '../../../src/store/sqlite/change-counter.ts';
import { StoreFolder } from '../../../src/store/sqlite/store-folder.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

describe('the change counter', () => {
  it('tells every other connection, once it has counted', async () => {
    using folder = temporaryFolder();
    const writer = new ChangeCounter(new StoreFolder(folder.path));
    const reader = new ChangeCounter(new StoreFolder(folder.path));
    const before = reader.revision();
    await Promise.resolve();
    expect(reader.revision()).toBe(before);
    writer.countUp();
    await Promise.resolve();
    expect(reader.revision()).not.toBe(before);
    reader.close();
    writer.close();
  });

  it('keeps its log small, however often it counts', () => {
    using folder = temporaryFolder();
    const files = new StoreFolder(folder.path);
    const counter = new ChangeCounter(files);
    for (let count = 0; count < 2_000; count += 1) counter.countUp();
    expect(statSync(`${files.changes}-wal`).size).toBeLessThan(100_000);
    counter.close();
  });
});
