import { createRequire } from 'node:module';
import { MedplumClient } from '@medplum/core';
import { Client } from 'fhir-kit-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hospital, patient } from '../api/resources.ts';
import { RunningServer } from '../api/running-server.ts';

// The package's types leave this class out of what the package exports.
const { default: FhirClient } = createRequire(import.meta.url)(
  'fhirclient/lib/FhirClient.js',
) as typeof import('fhirclient/lib/FhirClient.js');

let running: RunningServer;

beforeAll(async () => {
  const many = Array.from({ length: 25 }, (_, n) => patient(`many-${n}`, 'Manifold'));
  running = await new RunningServer({ maxBodyBytes: 10_000_000 }).start(
    [...hospital, ...many],
    'acme',
    'birch',
  );
});
afterAll(() => running.stop());

/** How the tenant is named: each client goes through its session in both ways, on a tenant of its own. */
const ADDRESSINGS = [
  { form: '/tenants/<id>/fhir', root: '/tenants/acme/', headers: {} },
  { form: '/fhir with X-Tenant-ID', root: '/', headers: { 'X-Tenant-ID': 'birch' } },
] as const;

interface Bundle {
  readonly total?: number;
  readonly entry?: readonly { readonly resource?: { readonly resourceType: string; readonly id?: string } }[];
}
const ids = ({ entry = [] }: Bundle) => entry.map(({ resource }) => resource!.id!);

const named = (family: string) => ({
  resourceType: 'Patient' as const,
  name: [{ family, given: ['Ada'] }],
  gender: 'female' as const,
});
const visit = (reference: string) => ({
  resourceType: 'Encounter' as const,
  status: 'planned' as const,
  class: { code: 'AMB' },
  subject: { reference },
});

describe.each(ADDRESSINGS)('over $form', ({ root, headers }) => {
  test('fhir-kit-client', async () => {
    const client = new Client({ baseUrl: `${running.url}${root}fhir`, customHeaders: headers });
    // biome-ignore lint/suspicious/noExplicitAny: the client's types know no resource by its members
    const any = (result: unknown) => result as any;
    expect(any(await client.capabilityStatement()).fhirVersion).toBe('4.0.1');

    const created = any(await client.create({ resourceType: 'Patient', body: named('Kit') }));
    const { id } = created;
    expect(any(await client.read({ resourceType: 'Patient', id })).name[0].family).toBe('Kit');
    await client.update({ resourceType: 'Patient', id, body: { ...created, active: true } });
    const jsonPatch = [{ op: 'replace' as const, path: '/active', value: false }];
    const patched = any(await client.patch({ resourceType: 'Patient', id, jsonPatch }));
    expect([patched.active, patched.meta.versionId]).toEqual([false, '3']);
    expect(any(await client.vread({ resourceType: 'Patient', id, version: '2' })).active).toBe(true);
    expect(any(await client.history({ resourceType: 'Patient', id })).total).toBe(3);

    const pages: string[][] = [];
    const searchParams = { family: 'manifold', _count: '10' };
    let bundle = any(await client.search({ resourceType: 'Patient', searchParams }));
    expect(bundle.total).toBe(25);
    for (; bundle !== undefined; bundle = any(await client.nextPage({ bundle }))) pages.push(ids(bundle));
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(new Set(pages.flat()).size).toBe(25);
    const posted = await client.search({
      resourceType: 'Patient',
      searchParams: { family: 'kit', gender: 'female' },
      options: { postSearch: true },
    });
    expect(ids(any(posted))).toEqual([id]);
    const bySystem = await client.systemSearch({ searchParams: { _type: 'Practitioner', _id: 'd1' } });
    expect(ids(any(bySystem))).toEqual(['d1']);
    const compartment = { resourceType: 'Patient', id: 'p1' };
    expect(any(await client.compartmentSearch({ resourceType: 'Encounter', compartment })).total).toBe(5);
    const everything = await client.operation({ name: 'everything', resourceType: 'Patient', id: 'p1' });
    expect(ids(any(everything)).sort()).toEqual(['e1', 'e2', 'e3', 'e4', 'e5', 'p1']);

    const full = 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a';
    const body = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { fullUrl: full, resource: named('Bundled'), request: { method: 'POST', url: 'Patient' } },
        { resource: visit(full), request: { method: 'POST', url: 'Encounter' } },
      ],
    };
    const { entry } = any(await client.transaction({ body }));
    expect(entry.map((one: { response: { status: string } }) => one.response.status)).toEqual([
      expect.stringMatching(/^201/),
      expect.stringMatching(/^201/),
    ]);

    await client.delete({ resourceType: 'Patient', id });
    await expect(client.read({ resourceType: 'Patient', id })).rejects.toMatchObject({
      response: { status: 410 },
    });
  });

  test('fhirclient', async () => {
    class Tenant extends FhirClient {
      override async getRequestDefaults() {
        return { headers };
      }
    }
    const client = new Tenant(`${running.url}${root}fhir`);
    expect(await client.getFhirRelease()).toBe(4);

    const created = await client.create(named('Smart') as never);
    const { id } = created as { id: string };
    const one = `Patient/${id}`;
    expect(await client.fhirRequest(one)).toMatchObject({ name: [{ family: 'Smart' }] });
    await client.update({ ...created, active: true } as never);
    await client.patch(one, [{ op: 'replace', path: '/active', value: false }]);
    expect(await client.fhirRequest(one)).toMatchObject({ active: false, meta: { versionId: '3' } });

    const pages: string[][] = [];
    for await (const page of client.pages('Patient?family=manifold&_count=10'))
      pages.push(ids(page as Bundle));
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    const listed: string[] = [];
    for await (const resource of client.resources('Patient?family=manifold&_count=7'))
      listed.push(resource.id!);
    expect(listed.sort()).toEqual(pages.flat().sort());
    const encounter = await client.fhirRequest('Encounter/e1');
    await client.resolveReferences(encounter, ['subject']);
    expect(encounter.subject).toMatchObject({ resourceType: 'Patient', id: 'p1' });

    await client.delete(one);
    await expect(client.fhirRequest(one)).rejects.toMatchObject({ statusCode: 410 });
  });

  test("@medplum/core's MedplumClient", async () => {
    const client = new MedplumClient({
      baseUrl: `${running.url}${root}`,
      fhirUrlPath: 'fhir',
      defaultHeaders: { ...headers },
      fetch,
      cacheTime: 0,
    });
    const created = await client.createResource(named('Plum'));
    const { id } = created;
    expect((await client.readResource('Patient', id)).name?.[0]?.family).toBe('Plum');
    await client.updateResource({ ...created, active: true });
    const patched = await client.patchResource('Patient', id, [
      { op: 'replace', path: '/active', value: false },
    ]);
    expect([patched.active, patched.meta?.versionId]).toEqual([false, '3']);
    expect((await client.readHistory('Patient', id)).entry).toHaveLength(3);
    expect((await client.readVersion('Patient', id, '2')).active).toBe(true);

    const pages: string[][] = [];
    for await (const page of client.searchResourcePages('Patient', 'family=manifold&_count=10')) {
      pages.push(page.map((resource) => resource.id!));
    }
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect((await client.searchOne('Patient', { family: 'plum', gender: 'female' }))?.id).toBe(id);
    const again = await client.createResourceIfNoneExist(named('Plum'), 'family=plum');
    expect(again.id).toBe(id);
    const bundle = await client.readPatientEverything('p1');
    expect(ids(bundle as Bundle)).toHaveLength(6);
    const batch = await client.executeBatch({
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: `Patient/${id}` } }],
    });
    expect(batch.entry?.[0]?.resource).toMatchObject({ id });

    await client.deleteResource('Patient', id);
    await expect(client.readResource('Patient', id)).rejects.toMatchObject({
      outcome: { resourceType: 'OperationOutcome' },
    });
  });
});
