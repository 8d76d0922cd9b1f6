import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { transactionBundle } from './bundle.ts';
import type { SampleResource } from './element.ts';
import { Hospital } from './hospital.ts';
import { patientRecord } from './patient-record.ts';

export interface SampleOptions {
  readonly folder: string;
  readonly patients: number;
  readonly seed: number;
  readonly format: 'ndjson' | 'bundle';
}

/** How many resources of each type were written, by type name. */
export type SampleCounts = ReadonlyMap<string, number>;

/** Characters that a file may wait for before they are written. */
const BUFFER = 256 * 1024;

/** One NDJSON file per resource type, opened at the first resource of its type. */
class NdjsonFiles {
  readonly #folder: string;
  readonly #files = new Map<string, { readonly descriptor: number; lines: string[]; length: number }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  write(resource: SampleResource): void {
    let file = this.#files.get(resource.resourceType);
    if (file === undefined) {
      const descriptor = openSync(join(this.#folder, `${resource.resourceType}.ndjson`), 'w');
      file = { descriptor, lines: [], length: 0 };
      this.#files.set(resource.resourceType, file);
    }
    const line = `${JSON.stringify(resource)}\n`;
    file.lines.push(line);
    file.length += line.length;
    if (file.length < BUFFER) return;
    writeSync(file.descriptor, file.lines.join(''));
    file.lines = [];
    file.length = 0;
  }

  close(): void {
    for (const { descriptor, lines } of this.#files.values()) {
      writeSync(descriptor, lines.join(''));
      closeSync(descriptor);
    }
  }
}

/**
 * Writes a sample hospital: `Patient.ndjson`, `Encounter.ndjson` …, or as Bundles `hospital.json` and
 * `patient-000001.json` …. The same options give the same bytes on every machine, and memory does not grow with the
 * number of patients.
 */
export function writeSample({ folder, patients, seed, format }: SampleOptions): SampleCounts {
  mkdirSync(folder, { recursive: true });
  const hospital = new Hospital(seed, patients);
  const counts = new Map<string, number>();
  const count = ({ resourceType }: SampleResource) =>
    counts.set(resourceType, (counts.get(resourceType) ?? 0) + 1);

  if (format === 'ndjson') {
    const files = new NdjsonFiles(folder);
    const write = (resource: SampleResource) => {
      files.write(resource);
      count(resource);
    };
    for (const resource of hospital.resources()) write(resource);
    for (let number = 0; number < patients; number += 1) {
      for (const resource of patientRecord(seed, number, hospital)) write(resource);
    }
    files.close();
    return counts;
  }

  const shared = [...hospital.resources()];
  const elsewhere = new Map(shared.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));
  writeFileSync(join(folder, 'hospital.json'), transactionBundle(seed, shared, new Map()));
  shared.forEach(count);
  for (let number = 0; number < patients; number += 1) {
    const record = [...patientRecord(seed, number, hospital)];
    const name = `patient-${String(number + 1).padStart(6, '0')}.json`;
    writeFileSync(join(folder, name), transactionBundle(seed, record, elsewhere));
    record.forEach(count);
  }
  return counts;
}
