import { describe, expect, it } from 'vitest';
import { applyFhirPathPatch } from '../../../src/fhir/patch/fhirpath-patch.ts';
import { Definitions } from '../../../src/fhir/structure/definitions.ts';

const definitions = new Definitions();

/** Parts as `{ type: 'add', path: …, value: { valueString: … } }`. */
function operation(parts: Record<string, unknown>): object {
  const part = Object.entries(parts).map(([name, value]) => {
    if (typeof value === 'number') return { name, valueInteger: value };
    if (typeof value === 'string')
      return name === 'type' ? { name, valueCode: value } : { name, valueString: value };
    return { name, ...(value as object) };
  });
  return { name: 'operation', part };
}

function patched(resource: object | string, ...operations: readonly Record<string, unknown>[]): string {
  const document = typeof resource === 'string' ? resource : JSON.stringify(resource);
  const parameters = { resourceType: 'Parameters', parameter: operations.map(operation) };
  return applyFhirPathPatch(document, JSON.stringify(parameters), definitions);
}

const json = (...args: Parameters<typeof patched>) => JSON.parse(patched(...args));
const patient = (members: object) => ({ resourceType: 'Patient', ...members });

describe('applyFhirPathPatch', () => {
  it('leaves numbers as they were written', () => {
    const observation =
      '{"resourceType":"Observation","valueQuantity":{"value":1.00,"unit":"kg"},"component":[{"valueQuantity":{"value":2.50}}]}';
    expect(
      patched(observation, { type: 'replace', path: 'Observation.value.unit', value: { valueString: 'g' } }),
    ).toBe(observation.replace('"kg"', '"g"'));
    const document = patched(observation, {
      type: 'add',
      path: 'Observation',
      name: 'status',
      value: { valueCode: 'final' },
    });
    expect(document).toContain('1.00');
    expect(document).toContain('2.50');
  });

  it('knows choices of types by the name of the element', () => {
    const dead = { type: 'add', path: 'Patient', name: 'deceased', value: { valueBoolean: true } };
    expect(json(patient({}), dead)).toEqual(patient({ deceasedBoolean: true }));
    const replaced = { type: 'replace', path: 'Patient.deceased', value: { valueDateTime: '2020' } };
    expect(json(patient({ deceasedBoolean: false }), replaced)).toEqual(
      patient({ deceasedDateTime: '2020' }),
    );
    const removed = { type: 'delete', path: 'Patient.deceased' };
    expect(json(patient({ deceasedBoolean: false }), removed)).toEqual(patient({}));
    expect(() => patched(patient({ deceasedBoolean: false }), dead)).toThrow(/already/);
  });

  it('keeps extensions of primitives beside their values', () => {
    const name = { given: ['a', 'b'], _given: [null, { id: 'of-b' }] };
    const path = 'Patient.name[0].given';
    const moved = json(patient({ name: [name] }), { type: 'move', path, source: 1, destination: 0 });
    expect(moved.name[0]).toEqual({ given: ['b', 'a'], _given: [{ id: 'of-b' }, null] });
    const inserted = json(patient({ name: [name] }), {
      type: 'insert',
      path,
      index: 0,
      value: { valueString: 'c' },
    });
    expect(inserted.name[0]).toEqual({ given: ['c', 'a', 'b'], _given: [null, null, { id: 'of-b' }] });
    const removed = json(patient({ name: [name] }), { type: 'delete', path: `${path}[1]` });
    expect(removed.name[0]).toEqual({ given: ['a'] });
  });

  it('finds elements by any FHIRPath that leads to one', () => {
    const resource = patient({
      identifier: [
        { system: 'a', value: '1' },
        { system: 'b', value: '2' },
      ],
    });
    const path = "Patient.identifier.where(system='b').value";
    expect(json(resource, { type: 'replace', path, value: { valueString: '3' } }).identifier[1].value).toBe(
      '3',
    );
  });

  it.each([
    [{ type: 'spin', path: 'Patient' }, 'patch-malformed'],
    [{ type: 'add', path: 'Patient', name: 'active' }, 'patch-malformed'],
    [{ type: 'delete' }, 'patch-malformed'],
    [{ type: 'delete', path: 'Patient.(' }, 'patch-malformed'],
    [{ type: 'delete', path: 'Patient.name' }, 'patch-not-applicable'],
    [{ type: 'delete', path: 'Patient' }, 'patch-not-applicable'],
    [{ type: 'delete', path: '1 + 1' }, 'patch-not-applicable'],
    [{ type: 'replace', path: 'Patient.birthDate', value: { valueDate: '2020' } }, 'patch-not-applicable'],
    [{ type: 'add', path: 'Patient', name: 'nothing', value: { valueString: 'x' } }, 'patch-not-applicable'],
    [
      { type: 'add', path: 'Patient.name', name: 'text', value: { valueString: 'x' } },
      'patch-not-applicable',
    ],
    [
      { type: 'insert', path: 'Patient.name', index: 3, value: { valueHumanName: {} } },
      'patch-not-applicable',
    ],
    [
      { type: 'insert', path: 'Patient.active', index: 0, value: { valueBoolean: true } },
      'patch-not-applicable',
    ],
    [{ type: 'move', path: 'Patient.name', source: 0, destination: 2 }, 'patch-not-applicable'],
  ])('refuses %j', (change, code) => {
    const resource = patient({ name: [{ text: 'a' }, { text: 'b' }] });
    expect(() => patched(resource, change)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses what is no Parameters resource', () => {
    expect(() =>
      applyFhirPathPatch('{"resourceType":"Patient"}', '{"resourceType":"Patient"}', definitions),
    ).toThrow(expect.objectContaining({ code: 'patch-malformed' }));
  });
});
