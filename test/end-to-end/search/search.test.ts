import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Case, Section } from './case.ts';
import { dates, periods } from './date-cases.ts';
import { compartments, everything, systemLevel } from './place-cases.ts';
import { chains, references, reverseChains } from './reference-cases.ts';
import { errors, includes, sorting, totals } from './result-cases.ts';
import { type Bundle, SERVED, ServedCollection } from './served-collection.ts';
import { strings } from './string-cases.ts';
import { commonParameters, tokenModifiers, tokens } from './token-cases.ts';
import { composites, numbers, quantities, uris } from './value-cases.ts';

const SECTIONS: readonly Section[] = [
  ...[strings, tokens, tokenModifiers, commonParameters, dates, periods, numbers, quantities, uris],
  ...[composites, references, chains, reverseChains, includes, sorting, totals, systemLevel],
  ...[compartments, everything, errors],
];

describe.each(SERVED)('a collection on $on that is $how', ({ engine, making }) => {
  let served: ServedCollection;

  beforeAll(async () => {
    served = await ServedCollection.start(engine, making);
  });
  afterAll(() => served.stop());

  describe.each(SECTIONS)('$title ($link)', ({ cases }: Section) => {
    test.each(cases)('%s', async (...one: Case) => {
      const [request, expected] = one;
      const { status, json } = await served.send(request.replaceAll('{base}', served.base));
      if (typeof expected === 'object' && 'says' in expected) {
        expect(json.resourceType, JSON.stringify(json)).toBe('OperationOutcome');
        expect([status, json.issue[0].diagnostics]).toEqual([
          expected.status,
          expect.stringMatching(expected.says),
        ]);
        return;
      }
      expect(status, JSON.stringify(json)).toBe(200);
      if (typeof expected === 'number') expect([json.total, json.entry]).toEqual([expected, undefined]);
      else expect(found(json, typeof expected !== 'string')).toEqual(normal(expected));
    });
  });
});

/** What a Bundle holds, as cases write it. */
function found({ entry = [] }: Bundle, inOrder: boolean): string | readonly string[] {
  const ids = entry.map(({ resource, search }) => (search.mode === 'match' ? '' : '+') + resource.id);
  return inOrder ? ids : ids.sort().join(' ');
}

function normal(expected: string | readonly string[]): string | readonly string[] {
  return typeof expected === 'string' ? expected.split(' ').filter(Boolean).sort().join(' ') : expected;
}
