import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { TenantCollectionManager } from '../collection/tenant-collection-manager.ts';
import { addSettings, readSettings, type SettingName } from '../config.ts';
import { WarmfhirError } from '../errors.ts';
import { silentLog } from '../log.ts';
import { noMetrics } from '../metrics/metrics.ts';
import type { Store } from '../store/store.ts';
import { assertTenantId } from '../tenant/tenant-id.ts';
import { TenantManager } from '../tenant/tenant-manager.ts';
import type { TenantStatus } from '../tenant/tenant-status.ts';
import { shownBytes, table } from './table.ts';
import { withStore } from './with-store.ts';

const SETTINGS = ['store', 'idleTimeout'] as const satisfies SettingName[];

type Given = Record<string, unknown>;

/** `warmfhir tenant list|show|warm|cool|delete`: the same rules as over HTTP, whether or not a server runs. */
export function addTenant(program: Command): void {
  const tenant = program.command('tenant').description('list, show, warm, cool or delete tenants');

  addSettings(tenant.command('list').description('list all tenants'), SETTINGS)
    .option('--json', 'print JSON')
    .action(async (given: Given) => {
      const tenants = await withTenants(given, (manager) => manager.list());
      process.stdout.write(given.json ? `${JSON.stringify(tenants, null, 2)}\n` : listed(tenants));
    });

  addSettings(
    tenant.command('show').description('show one tenant as JSON').argument('<tenant>'),
    SETTINGS,
  ).action(async (id: string, given: Given) => {
    const status = await withTenants(given, async (manager, store) => {
      await assertKnown(store, id);
      return manager.status(id);
    });
    process.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
  });

  addSettings(
    tenant.command('warm').description('warm a tenant, making it if it is new').argument('<tenant>'),
    SETTINGS,
  ).action(async (id: string, given: Given) => {
    const { created, collection, generation, coldAt } = await withTenants(given, (manager) =>
      manager.warmUp(id),
    );
    const how = created ? 'was made from' : 'is pinned to';
    process.stdout.write(`${id} is warm until ${coldAt}; ${collection} ${how} generation ${generation}.\n`);
  });

  addSettings(
    tenant.command('cool').description('let a tenant go cold now').argument('<tenant>'),
    SETTINGS,
  ).action(async (id: string, given: Given) => {
    await withTenants(given, (manager) => manager.coolDown(id));
    process.stdout.write(`${id} is cold.\n`);
  });

  addSettings(
    tenant.command('delete').description('delete a tenant with everything it changed').argument('<tenant>'),
    SETTINGS,
  )
    .option('--yes', 'do not ask')
    .action(async (id: string, given: Given) => {
      await withTenants(given, async (_, store) => {
        await assertKnown(store, id);
        if (given.yes !== true) await confirm(id);
        await store.tenants.remove(id);
      });
      process.stdout.write(`Deleted ${id}.\n`);
    });
}

function withTenants<Result>(
  given: Given,
  task: (manager: TenantManager, store: Store) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings(SETTINGS, given);
  return withStore(settings, async (store) => {
    const shared = { store, clock: systemClock, log: silentLog };
    const manager = new TenantManager({
      ...shared,
      collections: new TenantCollectionManager(shared),
      metrics: noMetrics,
      idleTimeoutMs: settings.idleTimeout,
      maxWarm: Number.MAX_SAFE_INTEGER,
      autoWarm: false,
    });
    try {
      return await task(manager, store);
    } finally {
      await manager.close();
    }
  });
}

async function assertKnown(store: Store, id: string): Promise<void> {
  assertTenantId(id);
  if ((await store.tenants.get(id)) === undefined) {
    throw new WarmfhirError('tenant-unknown', `There is no tenant ${id}.`);
  }
}

function listed(tenants: readonly TenantStatus[]): string {
  if (tenants.length === 0) return 'There are no tenants yet.\n';
  return table(
    ['tenant', 'status', 'generation', 'warmed', 'last request', 'cold', 'changed', 'size'],
    tenants.map(({ tenant, status, generation, warmedAt, lastRequest, coldAt, documentsChanged, bytes }) => [
      tenant,
      status,
      generation,
      warmedAt,
      lastRequest,
      coldAt,
      documentsChanged,
      bytes === null ? null : shownBytes(bytes),
    ]),
  );
}

async function confirm(id: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new WarmfhirError(
      'setting-invalid',
      `Deleting ${id} cannot be undone: pass --yes to do it unasked.`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      `Delete ${id} with everything it changed? Type its name to confirm: `,
    );
    if (answer.trim() !== id)
      throw new WarmfhirError('setting-invalid', `Not confirmed: ${id} was not deleted.`);
  } finally {
    terminal.close();
  }
}
