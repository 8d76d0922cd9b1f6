import { describe, expect, it } from 'vitest';
import { BulkWriter, packResults, readBulkResults, readBulkWrites } from '../../src/store/bulk-write.ts';
import type { StoredDocument } from '../../src/store/document.ts';
import type { Write } from '../../src/store/write.ts';

const content = (id: string, suffix = '}') => ({
  type: 'Basic',
  id,
  prefix: `{"id":"${id}","meta":{`,
  suffix,
});

describe('bulk writes', () => {
  it('come back as they were, whatever is in them, over several chunks', () => {
    const writes: Write[] = [
      { kind: 'create', content: content('a', '},"text":"line\nżółć 🏥 \\"1.00\\""}') },
      { kind: 'delete', type: 'Basic', id: 'b', ifMatch: 3 },
      ...Array.from(
        { length: 5 },
        (_, index): Write => ({
          kind: 'put',
          content: content(`large${index}`, `},"text":"${'x'.repeat(1_500_000)}"}`),
        }),
      ),
    ];
    const writer = new BulkWriter();
    for (const write of writes) writer.add(write);
    const bulk = writer.end();
    expect(bulk.chunks.length).toBeGreaterThan(1);
    expect([...readBulkWrites(bulk)]).toEqual(writes);
  });

  it('lie in memory that threads share', () => {
    const writer = new BulkWriter();
    writer.add({ kind: 'require', type: 'Basic', id: 'a' });
    for (const chunk of writer.end().chunks) expect(chunk.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('of none are none', () => {
    expect([...readBulkWrites(new BulkWriter().end())]).toEqual([]);
  });

  it('have results without their documents', () => {
    const document = { deleted: false, version: 2, lastUpdated: 5, json: '{}' } as StoredDocument;
    const results = packResults([
      { status: 'expected' },
      { status: 'created', document },
      { status: 'unchanged', document: undefined },
    ]);
    expect(readBulkResults(results)).toEqual([
      { status: 'expected' },
      { status: 'created', version: 2, lastUpdated: 5 },
      { status: 'unchanged' },
    ]);
  });
});
