import type { OpenTenant } from './open-tenant.ts';
import { nextState, type TenantEvent, type TenantState } from './tenant-state.ts';
import type { WarmUp } from './tenant-status.ts';

/** What a process holds of one tenant while it is anything but cold. */
export class Tenant {
  readonly id: string;
  /** Set exactly while the state is `warm`. */
  open: OpenTenant | undefined;
  /** The one warm-up that is under way. */
  warmUp: Promise<WarmUp> | undefined;
  /** The cooling that is under way; never rejects. */
  cooling: Promise<void> | undefined;
  /** When the last warm-up failed, milliseconds since the epoch. */
  failedAt = 0;
  #state: TenantState = 'cold';

  constructor(id: string) {
    this.id = id;
  }

  get state(): TenantState {
    return this.#state;
  }

  apply(event: TenantEvent): void {
    this.#state = nextState(this.#state, event);
  }

  /** True when `event` would lead to `state`. */
  leadsTo(event: TenantEvent, state: TenantState): boolean {
    return nextState(this.#state, event) === state;
  }
}
