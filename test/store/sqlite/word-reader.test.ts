import { expect, test } from 'vitest';
import type { Criterion } from '../../../src/fhir/search/criterion.ts';
import { content, seal, searchOf, warmed } from '../../conformance/engine.ts';
import { sqlite } from '../../conformance/sqlite-engine.ts';

const WORDS: Criterion = { kind: 'words', in: 'content', words: ['heart'] };

test('searches for words keep no other search waiting, and tenants take turns at them', async () => {
  const installation = await sqlite.install();
  const store = await installation.open();
  try {
    const note = [{ text: 'Über the heart' }];
    await seal(
      store,
      Array.from({ length: 4_000 }, (_, n) => content('Observation', `o${n}`, { note })),
    );
    const [a, b] = [await warmed(store, 'a'), await warmed(store, 'b')];
    // Threads have started, and plans are known.
    await a.search(searchOf('Observation', { count: 1 }));
    await b.search(searchOf('Observation', { count: 1 }));
    const done: string[] = [];
    const ask = async (name: string, search: Promise<{ readonly total?: number }>) => {
      expect((await search).total).toBe(4_000);
      done.push(name);
    };
    const words = () => searchOf('Observation', { criterion: WORDS, count: 1 });
    await Promise.all([
      ...['a1', 'a2', 'a3', 'a4'].map((name) => ask(name, a.search(words()))),
      ask('b1', b.search(words())),
      ask('plain of a', a.search(searchOf('Observation', { count: 2 }))),
      ask('plain of b', b.search(searchOf('Observation', { count: 2 }))),
    ]);
    expect(done.slice(0, 2).toSorted()).toEqual(['plain of a', 'plain of b']);
    expect(done.slice(2)).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
  } finally {
    await store.close();
    await installation.dispose();
  }
});
