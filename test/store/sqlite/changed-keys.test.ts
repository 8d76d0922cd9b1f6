import { describe, expect, test } from 'vitest';
import { resourceTypeCode } from '../../../src/fhir/resource-type.ts';
import { ChangedKeys } from '../../../src/store/sqlite/changed-keys.ts';
import { openConnection } from '../../../src/store/sqlite/connection.ts';

/** An overlay's table of documents, with `documents` Patients in it. */
function overlayOf(documents: number) {
  const connection = openConnection(':memory:');
  connection.exec('CREATE TABLE document (rid INTEGER PRIMARY KEY, type INTEGER NOT NULL, id TEXT NOT NULL)');
  const insert = connection.prepare('INSERT INTO document (type, id) VALUES (?, ?)');
  const add = (id: string) => void insert.run(resourceTypeCode('Patient'), id);
  connection.transaction(() => {
    for (let n = 0; n < documents; n++) add(`p${n}`);
  })();
  const all = (sql: string, ...parameters: unknown[]) => connection.prepare(sql).all(...parameters);
  return { add, keys: new ChangedKeys({ all }) };
}

describe('keys that a tenant has changed', () => {
  test('are told from others', () => {
    const { add, keys } = overlayOf(3);
    expect(keys.mayHold('Patient', 'p2', 1)).toBe(true);
    expect(keys.mayHold('Patient', 'p3', 1)).toBe(false);
    expect(keys.mayHold('Observation', 'p2', 1)).toBe(false);
    add('p3');
    expect(keys.mayHold('Patient', 'p3', 2)).toBe(true);
  });

  test.each([50_000, 50_001, 120_000])('hold from the first question on where they are %i', (documents) => {
    const { add, keys } = overlayOf(documents);
    expect(keys.mayHold('Patient', 'p0', 1)).toBe(true);
    expect(keys.mayHold('Patient', `p${documents - 1}`, 1)).toBe(true);
    add('late');
    expect(keys.mayHold('Patient', 'late', 2)).toBe(true);
    expect(keys.mayHold('Patient', 'p0', 2)).toBe(true);
  });
});
