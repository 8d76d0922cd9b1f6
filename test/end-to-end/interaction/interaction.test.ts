import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, RunningServer } from '../../api/running-server.ts';
import type { Installation } from '../../conformance/engine.ts';
import { postgres } from '../../conformance/postgres-engine.ts';
import { sqlite } from '../../conformance/sqlite-engine.ts';
import { batches, transactions } from './bundle-cases.ts';
import { type Case, person, put, type Request, type Section, visit } from './case.ts';
import { binaries, operations } from './operation-cases.ts';
import { formats, histories, parameters, reads } from './read-cases.ts';
import { conditionalCreates, conditionalUpdates, creates, deletes, patches, updates } from './write-cases.ts';

const SECTIONS: readonly Section[] = [
  ...[reads, parameters, formats, histories, creates, conditionalCreates, updates, conditionalUpdates],
  ...[patches, deletes, transactions, batches, operations, binaries],
];
const COLLECTION = [person('p1'), person('p2'), visit('e1')];

/** Where what is there came from, which makes no difference. */
const MAKINGS = [
  { name: 'what came with the master', master: COLLECTION, written: [] },
  { name: 'what the tenant wrote', master: [], written: COLLECTION },
  { name: 'some of both', master: COLLECTION.slice(0, 1), written: COLLECTION.slice(1) },
];

const SERVED = [sqlite, postgres].flatMap((engine) =>
  MAKINGS.map((making) => ({ engine, on: engine.name, ...making })),
);

let tenants = 0;

describe.each(SERVED)('on $on, with $name', ({ engine, master, written }) => {
  let installation: Installation;
  let running: RunningServer;

  beforeAll(async () => {
    installation = await engine.install();
    const store = await installation.open();
    // A master without any documents is none.
    const other = { resourceType: 'Basic', id: 'other' };
    running = await new RunningServer({ store, maxWarm: 1_000 }).start([other, ...master]);
  });
  afterAll(async () => {
    await running.stop();
    await installation.dispose();
  });

  async function send(tenant: string, request: Request): Promise<Answer> {
    const base = `/tenants/${tenant}/fhir`;
    const text = JSON.stringify(request).replaceAll('{base}', running.url + base);
    const { path, ...sent } = JSON.parse(text) as Request;
    return running.send(base + path, sent);
  }

  async function succeed(tenant: string, request: Request): Promise<void> {
    const { status, text } = await send(tenant, request);
    expect([200, 201, 204], text).toContain(status);
  }

  describe.each(SECTIONS)('$title ($link)', ({ cases }) => {
    test.each(cases)(
      '$name',
      async ({ before = [], request, status, body, headers = {}, afterwards }: Case) => {
        const tenant = `t${++tenants}`;
        await running.tenants.warmUp(tenant);
        for (const resource of written) await succeed(tenant, put(resource));
        for (const each of before) await succeed(tenant, each);
        const answer = await send(tenant, request);
        holds(answer, status, body);
        for (const [name, expected] of Object.entries(headers)) {
          const value = answer.headers.get(name);
          if (expected instanceof RegExp) expect(value, name).toMatch(expected);
          else expect(value, name).toBe(expected);
        }
        if (afterwards !== undefined) {
          holds(await send(tenant, afterwards.request), afterwards.status, afterwards.body);
        }
      },
    );
  });
});

/** Lists are as long as expected, but for those of a history, which says how its resources came to be. */
function holds({ status, text }: Answer, expected: number, body: object | string | undefined): void {
  expect(status, text).toBe(expected);
  if (typeof body === 'string') expect(text).toContain(body);
  else if (body !== undefined) expect(firstOfHistory(JSON.parse(text), body)).toMatchObject(body);
}

function firstOfHistory(answer: { type?: string; entry?: unknown[] }, body: { entry?: unknown[] }): object {
  return answer.type === 'history'
    ? { ...answer, entry: answer.entry?.slice(0, body.entry?.length ?? 0) }
    : answer;
}
