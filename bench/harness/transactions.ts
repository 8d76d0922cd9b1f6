import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const SYNTHEA = fileURLToPath(new URL('../../../shared/data/synthea-small/bundles/', import.meta.url));

interface Bundle {
  readonly resourceType: 'Bundle';
  readonly type: 'transaction';
  readonly entry: readonly unknown[];
}

/** A transaction as it is sent, and how many resources it brings. */
export interface Transaction {
  readonly body: string;
  readonly resources: number;
}

/** Synthea's own transaction Bundles, each as it was published; undefined where they are not here. */
export function syntheaTransactions(): readonly Transaction[] | undefined {
  return existsSync(SYNTHEA) ? transactionsIn(SYNTHEA) : undefined;
}

/** The transaction Bundles of a folder. */
export function transactionsIn(folder: string): readonly Transaction[] {
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)))
    .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString())
    .map((body) => ({ body, resources: (JSON.parse(body) as Bundle).entry.length }));
}

/** One transaction of `resources` resources, put together from copies of others whose entries have addresses of their own. */
export function largeTransaction(transactions: readonly Transaction[], resources: number): Transaction {
  const entries: unknown[] = [];
  for (let copy = 0; entries.length < resources; copy++) {
    const { body } = transactions[copy % transactions.length]!;
    const own = body.replaceAll(
      /urn:uuid:[0-9a-f]{8}/g,
      (urn) => urn.slice(0, 9) + shifted(urn.slice(9), copy),
    );
    entries.push(...(JSON.parse(own) as Bundle).entry.slice(0, resources - entries.length));
  }
  return {
    body: JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry: entries }, null, 2),
    resources,
  };
}

function shifted(digits: string, by: number): string {
  return ((Number.parseInt(digits, 16) + by * 7919) % 2 ** 32).toString(16).padStart(8, '0');
}
