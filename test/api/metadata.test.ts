import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../src/fhir/resource-type.ts';
import { StructureCheck } from '../../src/fhir/structure/structure-check.ts';
import { hospital } from './resources.ts';
import { RunningServer } from './running-server.ts';

let running: RunningServer;

beforeAll(async () => {
  running = await new RunningServer().start(hospital, 'acme');
});
afterAll(() => running.stop());

describe('metadata', () => {
  it('needs no tenant, and no warm one', async () => {
    for (const path of ['/fhir/metadata', '/tenants/stranger/fhir/metadata']) {
      const { status, headers, json } = await running.send(path);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/fhir+json; charset=utf-8');
      expect(json).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });
      expect(json.implementation.url).toBe(running.url + path.replace('/metadata', ''));
    }
  });

  it('is valid, whatever the mode', async () => {
    const structure = new StructureCheck();
    for (const mode of ['full', 'normative', 'terminology']) {
      structure.require((await running.send(`/fhir/metadata?mode=${mode}`)).json);
    }
  });

  it('lists every resource type with what is served of it', async () => {
    const statement = (await running.send('/fhir/metadata')).json;
    expect(statement.patchFormat).toEqual(['application/json-patch+json', 'application/fhir+json']);
    const [rest] = statement.rest;
    expect(rest.resource.map(({ type }: { type: string }) => type)).toEqual(RESOURCE_TYPES);
    const patient = rest.resource.find(({ type }: { type: string }) => type === 'Patient');
    expect(patient).toMatchObject({ versioning: 'versioned', readHistory: true, updateCreate: true });
    const codes = patient.interaction.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(expect.arrayContaining(['read', 'vread', 'update', 'delete', 'create']));
    expect(new Set(codes).size).toBe(codes.length);
    expect(rest.interaction).toContainEqual({ code: 'search-system' });
    expect(patient.searchParam).toEqual(
      expect.arrayContaining([
        {
          name: 'birthdate',
          type: 'date',
          definition: 'http://hl7.org/fhir/SearchParameter/individual-birthdate',
        },
        expect.objectContaining({ name: 'reviewed', type: 'token' }),
        expect.objectContaining({ name: 'review-time', type: 'date' }),
        expect.objectContaining({ name: '_id', type: 'token' }),
        expect.objectContaining({ name: '_text', type: 'string' }),
      ]),
    );
    expect(patient.searchInclude).toEqual(
      expect.arrayContaining(['*', 'Patient:general-practitioner', 'Patient:link']),
    );
    expect(patient.searchRevInclude).toEqual(
      expect.arrayContaining(['Observation:subject', 'Provenance:target']),
    );
    expect(patient.operation).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'review',
          definition: `${running.url}/fhir/metadata/OperationDefinition/review`,
        }),
        {
          name: 'everything',
          definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
        },
      ]),
    );
    const of = (type: string) => rest.resource.find((resource: { type: string }) => resource.type === type);
    // Canonical addresses are not followed.
    expect(of('QuestionnaireResponse').searchInclude).not.toContain('QuestionnaireResponse:questionnaire');
    expect(of('Questionnaire').searchRevInclude ?? []).not.toContain('QuestionnaireResponse:questionnaire');
    const claim = rest.resource.find(({ type }: { type: string }) => type === 'Claim');
    expect(claim.operation.map(({ name }: { name: string }) => name)).not.toContain('everything');
  });

  it('links to what there is', async () => {
    for (const [base, tenant] of [
      ['/fhir', { tenant: 'acme' }],
      ['/tenants/acme/fhir', {}],
    ] as const) {
      const own = running.url + base;
      const { text } = await running.send(`${base}/metadata`, tenant);
      const links = new Set([...text.matchAll(/"(https?:[^"]+)"/g)].map(([, link]) => link!));
      const here = [...links].filter((link) => link.startsWith(own));
      expect(here).toEqual([own, `${own}/metadata/OperationDefinition/review`]);
      for (const link of here) expect((await running.send(link, tenant)).status, link).toBe(200);
    }
  });

  it('defines $review, without a tenant, as the address says that leads there', async () => {
    for (const base of ['/fhir', '/tenants/stranger/fhir']) {
      const { status, json } = await running.send(`${base}/metadata/OperationDefinition/review`);
      expect(status).toBe(200);
      new StructureCheck().require(json);
      expect(json).toMatchObject({
        resourceType: 'OperationDefinition',
        url: `${running.url}${base}/metadata/OperationDefinition/review`,
        code: 'review',
        instance: true,
      });
    }
  });

  it('mode=normative leaves out what is for trial use', async () => {
    const [rest] = (await running.send('/fhir/metadata?mode=normative')).json.rest;
    const [account] = rest.resource;
    expect(Object.keys(account)).toEqual(['type', 'interaction', 'searchParam', 'operation']);
  });

  it('mode=terminology says what there is not', async () => {
    const { json } = await running.send('/tenants/acme/fhir/metadata?mode=terminology');
    expect(json).toMatchObject({
      resourceType: 'TerminologyCapabilities',
      description: expect.stringContaining('No terminology operations'),
      implementation: { url: `${running.url}/tenants/acme/fhir` },
    });
  });

  it('refuses other modes', async () => {
    const { status, json } = await running.send('/fhir/metadata?mode=all');
    expect([status, json.issue[0].code]).toEqual([400, 'invalid']);
  });

  it('answers HEAD', async () => {
    const { status, text } = await running.send('/fhir/metadata', { method: 'HEAD' });
    expect([status, text]).toEqual([200, '']);
  });
});
