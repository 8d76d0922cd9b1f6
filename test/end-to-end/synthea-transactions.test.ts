import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunningServer } from '../api/running-server.ts';

const FOLDER = fileURLToPath(new URL('../../../shared/data/synthea-small/bundles/', import.meta.url));
const IS_THERE = existsSync(FOLDER);

interface Entry {
  readonly fullUrl: string;
  readonly resource: { readonly resourceType: string };
}

describe.skipIf(!IS_THERE)("Synthea's transactions (skipped without ../shared/data)", () => {
  let running: RunningServer;

  beforeAll(async () => {
    running = await new RunningServer().start([{ resourceType: 'Basic', id: 'other' }], 'acme');
  });
  afterAll(() => running.stop());

  test('go in as they were published, with every reference leading somewhere', {
    timeout: 120_000,
  }, async () => {
    const made = new Map<string, number>();
    for (const name of readdirSync(FOLDER)) {
      const body = gunzipSync(readFileSync(FOLDER + name)).toString();
      const { entry } = JSON.parse(body) as { entry: readonly Entry[] };
      for (const { resource } of entry) {
        made.set(resource.resourceType, (made.get(resource.resourceType) ?? 0) + 1);
      }
      const headers = { 'content-type': 'application/fhir+json' };
      const { status, json } = await running.send('/tenants/acme/fhir', { method: 'POST', body, headers });
      expect([name, status, json.entry?.length]).toEqual([name, 200, entry.length]);
    }
    for (const [type, count] of made) {
      const { json } = await running.send(`/tenants/acme/fhir/${type}?_count=0&_total=accurate`);
      expect([type, json.total]).toEqual([type, count]);
    }
    const { json } = await running.send('/tenants/acme/fhir/Encounter?_count=50&_include=Encounter:patient');
    const matches = json.entry.filter(({ search }: { search: { mode: string } }) => search.mode === 'match');
    const patients = new Set(
      json.entry
        .filter(({ search }: { search: { mode: string } }) => search.mode === 'include')
        .map(({ resource }: { resource: { id: string } }) => `Patient/${resource.id}`),
    );
    expect(patients.size).toBeGreaterThan(0);
    for (const { resource } of matches) expect([...patients]).toContain(resource.subject.reference);
  });
});
