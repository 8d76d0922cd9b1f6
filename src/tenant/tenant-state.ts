/**
 * What a tenant is to one process, as a table without gaps: an event that means nothing in a state leaves it as it is.
 */
export const TENANT_STATES = ['cold', 'warming', 'warm', 'cooling', 'failed'] as const;
export type TenantState = (typeof TENANT_STATES)[number];

/**
 * - `warm-up`: somebody asked for the tenant.
 * - `warmed`, `warm-up-failed`: how that ended.
 * - `adopt`: the registry says that the tenant is warm, through another process or an earlier run of this one.
 * - `cool-down`: somebody asked for it, its idle time is over, or another tenant needs the room.
 * - `cooled`: the last request in flight is done and the handles are closed.
 */
export const TENANT_EVENTS = ['warm-up', 'warmed', 'warm-up-failed', 'adopt', 'cool-down', 'cooled'] as const;
export type TenantEvent = (typeof TENANT_EVENTS)[number];

export const TENANT_TRANSITIONS: Readonly<Record<TenantState, Readonly<Record<TenantEvent, TenantState>>>> = {
  cold: {
    'warm-up': 'warming',
    warmed: 'cold',
    'warm-up-failed': 'cold',
    adopt: 'warm',
    'cool-down': 'cold',
    cooled: 'cold',
  },
  warming: {
    'warm-up': 'warming',
    warmed: 'warm',
    'warm-up-failed': 'failed',
    adopt: 'warm',
    'cool-down': 'warming',
    cooled: 'warming',
  },
  warm: {
    'warm-up': 'warm',
    warmed: 'warm',
    'warm-up-failed': 'warm',
    adopt: 'warm',
    'cool-down': 'cooling',
    cooled: 'warm',
  },
  cooling: {
    'warm-up': 'cooling',
    warmed: 'cooling',
    'warm-up-failed': 'cooling',
    adopt: 'cooling',
    'cool-down': 'cooling',
    cooled: 'cold',
  },
  failed: {
    'warm-up': 'warming',
    warmed: 'failed',
    'warm-up-failed': 'failed',
    adopt: 'warm',
    'cool-down': 'cold',
    cooled: 'failed',
  },
};

/** The state after `event`. */
export function nextState(state: TenantState, event: TenantEvent): TenantState {
  return TENANT_TRANSITIONS[state][event];
}
