import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  nextState,
  TENANT_EVENTS,
  TENANT_STATES,
  TENANT_TRANSITIONS,
  type TenantEvent,
  type TenantState,
} from '../../src/tenant/tenant-state.ts';

/** The rules in words: which events move a tenant, and from where. */
const MOVES: readonly [TenantState, TenantEvent, TenantState][] = [
  ['cold', 'warm-up', 'warming'],
  ['cold', 'adopt', 'warm'],
  ['warming', 'warmed', 'warm'],
  ['warming', 'adopt', 'warm'],
  ['warming', 'warm-up-failed', 'failed'],
  ['warm', 'cool-down', 'cooling'],
  ['cooling', 'cooled', 'cold'],
  ['failed', 'warm-up', 'warming'],
  ['failed', 'adopt', 'warm'],
  ['failed', 'cool-down', 'cold'],
];

describe('the table of tenant states', () => {
  it('has a row for every state and a column for every event, and no other', () => {
    expect(Object.keys(TENANT_TRANSITIONS).sort()).toEqual([...TENANT_STATES].sort());
    for (const row of Object.values(TENANT_TRANSITIONS)) {
      expect(Object.keys(row).sort()).toEqual([...TENANT_EVENTS].sort());
      for (const state of Object.values(row)) expect(TENANT_STATES).toContain(state);
    }
  });

  it('moves exactly as the rules say', () => {
    for (const state of TENANT_STATES) {
      for (const event of TENANT_EVENTS) {
        const move = MOVES.find(([from, by]) => from === state && by === event);
        expect([state, event, nextState(state, event)]).toEqual([state, event, move?.[2] ?? state]);
      }
    }
  });

  it('keeps its promises along any sequence of events', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TENANT_EVENTS), { maxLength: 60 }), (events) => {
        let state: TenantState = 'cold';
        let asked = false;
        for (const event of events) {
          const before = state;
          state = nextState(state, event);
          if (event === 'warm-up') asked = true;
          // Nothing gets warm that nobody warmed, nothing skips its cooling, only a warm-up fails.
          if (state === 'warm' && before !== 'warm') expect(asked || event === 'adopt').toBe(true);
          if (before === 'warm' && state !== 'warm') expect(state).toBe('cooling');
          if (before === 'cooling' && state !== 'cooling') expect([event, state]).toEqual(['cooled', 'cold']);
          if (state === 'failed' && before !== 'failed') expect(before).toBe('warming');
        }
        // From anywhere a tenant can be warmed: at most one cooling stands in between.
        const restored = nextState(nextState(nextState(state, 'cooled'), 'warm-up'), 'warmed');
        expect(restored).toBe('warm');
      }),
      { seed: 20260101, numRuns: 500 },
    );
  });
});
