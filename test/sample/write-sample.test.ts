import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SAMPLE_END } from '../../src/sample/calendar.ts';
import { type SampleOptions, writeSample } from '../../src/sample/write-sample.ts';

const root = mkdtempSync(join(tmpdir(), 'warmfhir-sample-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
function sample(options: Partial<SampleOptions> = {}) {
  folders += 1;
  const folder = join(root, String(folders));
  const counts = writeSample({ folder, patients: 30, seed: 1, format: 'ndjson', ...options });
  const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  return { counts, files };
}

function hash(files: ReadonlyMap<string, string>): string {
  const digest = createHash('sha256');
  for (const [name, text] of files) digest.update(name).update(text);
  return digest.digest('hex');
}

// biome-ignore lint/suspicious/noExplicitAny: resources of every type are looked into
type Resource = any;

function resourcesOf(files: ReadonlyMap<string, string>): Resource[] {
  return [...files.values()].flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Resource),
  );
}

function referencesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'reference' && typeof member === 'string' ? [member] : referencesOf(member),
  );
}

describe('a sample hospital as NDJSON', () => {
  const { counts, files } = sample();
  const resources = resourcesOf(files);
  const byKey = new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));

  it('is the same bytes for the same seed, and others for another', () => {
    expect(hash(sample().files)).toBe(hash(files));
    expect(hash(sample({ seed: 2 }).files)).not.toBe(hash(files));
  });

  it('keeps the records of patients when more are added', () => {
    // Up to 400 patients the hospital has the same number of practitioners.
    const [first] = files.get('Patient.ndjson')!.split('\n');
    expect(sample({ patients: 60 }).files.get('Patient.ndjson')!.split('\n')[0]).toBe(first);
  });

  it('has one file per type, counted', () => {
    for (const [name, text] of files) {
      const type = name.replace('.ndjson', '');
      const lines = text.trimEnd().split('\n');
      expect(lines.every((line) => line.startsWith(`{"resourceType":"${type}"`))).toBe(true);
      expect(counts.get(type)).toBe(lines.length);
    }
    expect(counts.get('Patient')).toBe(30);
    expect(counts.size).toBeGreaterThanOrEqual(12);
  });

  it('holds about a hundred resources and more a patient', () => {
    expect(resources.length / 30).toBeGreaterThan(100);
  });

  it('gives every resource an id of its own', () => {
    expect(byKey.size).toBe(resources.length);
    for (const { id } of resources) expect(id).toMatch(/^[A-Za-z0-9.-]{1,64}$/);
  });

  it('refers only to resources that are there', () => {
    const targets = new Set(resources.flatMap((resource) => referencesOf(resource)));
    expect([...targets].filter((target) => !byKey.has(target))).toEqual([]);
  });

  it('lets nothing happen before birth, after death or after its own end', () => {
    for (const resource of resources) {
      const literal = (resource.subject ?? resource.patient)?.reference;
      if (literal === undefined) continue;
      const patient = byKey.get(literal);
      const last = patient.deceasedDateTime ?? new Date(SAMPLE_END).toISOString();
      const moments = [
        resource.period?.start,
        resource.period?.end,
        resource.effectiveDateTime,
        resource.onsetDateTime,
        resource.abatementDateTime,
        resource.occurrenceDateTime,
        resource.authoredOn,
      ].filter((moment) => moment !== undefined);
      for (const moment of moments) {
        expect(moment >= patient.birthDate && moment <= last, `${literal} ${resource.id} ${moment}`).toBe(
          true,
        );
      }
    }
  });

  it('keeps an observation within its encounter', () => {
    for (const resource of resources.filter(({ resourceType }) => resourceType === 'Observation')) {
      const { period, subject } = byKey.get(resource.encounter.reference);
      expect(subject.reference).toBe(resource.subject.reference);
      expect(resource.effectiveDateTime >= period.start && resource.effectiveDateTime <= period.end).toBe(
        true,
      );
    }
  });

  it('may have no patients at all', () => {
    const empty = sample({ patients: 0 });
    expect(empty.counts.get('Patient')).toBeUndefined();
    expect(empty.counts.get('Practitioner')).toBeGreaterThan(0);
  });
});

describe('a sample hospital as Bundles', () => {
  const { counts, files } = sample({ format: 'bundle', patients: 5 });
  const bundles = new Map([...files].map(([name, text]) => [name, JSON.parse(text) as Resource]));

  it('holds the same resources as NDJSON', () => {
    expect([...counts].sort()).toEqual([...sample({ patients: 5 }).counts].sort());
    expect(hash(sample({ format: 'bundle', patients: 5 }).files)).toBe(hash(files));
  });

  it('is one transaction for the hospital and one per patient', () => {
    expect([...bundles.keys()].sort()).toEqual([
      'hospital.json',
      ...[1, 2, 3, 4, 5].map((number) => `patient-00000${number}.json`),
    ]);
    for (const bundle of bundles.values()) expect(bundle.type).toBe('transaction');
  });

  it('refers by UUID within a transaction and by identifier across', () => {
    const hospital = bundles.get('hospital.json');
    const identifiers = new Set(
      hospital.entry.flatMap(({ resource }: Resource) =>
        (resource.identifier ?? []).map(
          ({ system, value }: Resource) => `${resource.resourceType}?identifier=${system}|${value}`,
        ),
      ),
    );
    for (const bundle of bundles.values()) {
      const own = new Set(bundle.entry.map((entry: Resource) => entry.fullUrl));
      for (const reference of referencesOf(bundle)) {
        expect(own.has(reference) || (bundle !== hospital && identifiers.has(reference)), reference).toBe(
          true,
        );
      }
    }
  });
});
