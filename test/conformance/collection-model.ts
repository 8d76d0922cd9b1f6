import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Criterion } from '../../src/fhir/search/criterion.ts';
import type { CollectionStore, Store } from '../../src/store/store.ts';
import type { Write, WriteResult } from '../../src/store/write.ts';
import { collectionOf, content, type Engine, seal, searchOf, versionsOf } from './engine.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** What the master holds: the rest of the ids are free. */
const MASTER = IDS.slice(0, 4);
const TENANTS = ['acme', 'birch'];

interface Step {
  readonly tenant: string;
  readonly do: 'put' | 'delete' | 'review' | 'unreview';
  readonly id: string;
}

const steps = fc.array(
  fc.record<Step>({
    tenant: fc.constantFrom(...TENANTS),
    do: fc.constantFrom('put', 'put', 'delete', 'review', 'unreview'),
    id: fc.constantFrom(...IDS),
  }),
  { minLength: 1, maxLength: 40, size: 'max' },
);

/** One document as a plain map would keep it. */
interface ModelDocument {
  version: number;
  deleted: boolean;
  reviewed: boolean;
  /** The step that wrote the content; -1 in the master. */
  step: number;
}

type Model = Map<string, ModelDocument>;

function newModel(): Model {
  return new Map(MASTER.map((id) => [id, { version: 1, deleted: false, reviewed: false, step: -1 }]));
}

/** Applies a step to the model; the status that the collection should answer. */
function applyToModel(model: Model, step: Step, number: number): WriteResult['status'] {
  const current = model.get(step.id);
  const exists = current !== undefined && !current.deleted;
  const version = (current?.version ?? 0) + 1;
  switch (step.do) {
    case 'put':
      model.set(step.id, { version, deleted: false, reviewed: false, step: number });
      return exists ? 'updated' : 'created';
    case 'delete':
      if (!exists) return 'unchanged';
      model.set(step.id, { ...current, version, deleted: true, reviewed: false });
      return 'deleted';
    case 'review':
      if (!exists) return 'not-found';
      model.set(step.id, { ...current, version, reviewed: true });
      return 'reviewed';
    case 'unreview':
      if (!exists) return 'not-found';
      if (!current.reviewed) return 'unchanged';
      model.set(step.id, { ...current, version, reviewed: false });
      return 'reviewed';
  }
}

function writeOf(step: Step, number: number): Write {
  switch (step.do) {
    case 'put':
      return { kind: 'put', content: content('Basic', step.id, { code: { text: `step ${number}` } }) };
    case 'delete':
      return { kind: 'delete', type: 'Basic', id: step.id };
    default:
      return { kind: 'review', type: 'Basic', id: step.id, reviewed: step.do === 'review' };
  }
}

async function expectEqual(collection: CollectionStore, model: Model): Promise<void> {
  for (const id of IDS) {
    const expected = model.get(id);
    const found = await collection.read('Basic', id);
    expect(found && { version: found.version, deleted: found.deleted }).toEqual(
      expected && { version: expected.version, deleted: expected.deleted },
    );
    if (found === undefined || found.deleted) continue;
    expect(found.reviewed).toBe(expected?.reviewed);
    expect(found.json).toContain(`"text":"step ${expected?.step}"`);
    expect((await versionsOf(collection, 'Basic', id)).map(({ document }) => document.version)).toEqual(
      Array.from({ length: found.version }, (_, index) => found.version - index),
    );
  }
  const live = [...model].filter(([, document]) => !document.deleted);
  const reviewed = live.filter(([, document]) => document.reviewed).map(([id]) => id);
  const total = async (criterion?: Criterion) =>
    (await collection.search(searchOf('Basic', { count: 0, ...(criterion && { criterion }) }))).total;
  expect(await total()).toBe(live.length);
  expect(await total({ kind: 'reviewed', reviewed: true })).toBe(reviewed.length);
  expect((await pagedIds(collection)).sort()).toEqual(live.map(([id]) => id).sort());
  const listed = await collection.list({ type: 'Basic', reviewed: true, page: 1, count: 100 });
  expect(listed.documents.map(({ id }) => id).sort()).toEqual(reviewed.sort());
}

async function pagedIds(collection: CollectionStore): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await collection.search(
      searchOf('Basic', { count: 2, ...(cursor === undefined ? {} : { cursor }) }),
    );
    ids.push(...page.matches.map(({ id }) => id));
    if (page.next === undefined) return ids;
    cursor = page.next;
  }
}

async function run(store: Store, prefix: string, sequence: readonly Step[]): Promise<void> {
  const models = new Map(TENANTS.map((tenant) => [tenant, newModel()]));
  for (const tenant of TENANTS) await store.tenants.warm(prefix + tenant, 2_000);
  for (const [number, step] of sequence.entries()) {
    const collection = await collectionOf(store, prefix + step.tenant);
    const [result] = await collection.write([writeOf(step, number)], 3_000 + number);
    expect(result?.status).toBe(applyToModel(models.get(step.tenant)!, step, number));
  }
  for (const [tenant, model] of models) await expectEqual(await collectionOf(store, prefix + tenant), model);
}

/** A tenant's collection does what a map of documents would do, whatever happens in another one. */
export function collectionModel(engine: Engine): void {
  describe(`collections on ${engine.name}, whatever the sequence of writes`, () => {
    test('agree with a plain map of documents', async () => {
      const installation = await engine.install();
      const store = await installation.open();
      try {
        await seal(
          store,
          MASTER.map((id) => content('Basic', id, { code: { text: 'step -1' } })),
        );
        let runs = 0;
        await fc.assert(
          fc.asyncProperty(steps, (sequence) => {
            runs += 1;
            return run(store, `t${runs}-`, sequence);
          }),
          { numRuns: 60 },
        );
      } finally {
        await store.close();
        await installation.dispose();
      }
    });
  });
}
