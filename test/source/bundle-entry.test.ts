import { describe, expect, it } from 'vitest';
import { entryTarget, readEntry } from '../../src/source/bundle-entry.ts';

function read(entry: object | string) {
  return readEntry(Buffer.from(typeof entry === 'string' ? entry : JSON.stringify(entry)));
}

const patient = { resourceType: 'Patient', id: 'p1' };

describe('readEntry', () => {
  it('takes the id of the resource, else the uuid of fullUrl', () => {
    expect(read({ fullUrl: 'urn:uuid:u1', resource: patient })).toMatchObject({ id: 'p1', idFromUrl: false });
    expect(read({ fullUrl: 'urn:uuid:u1', resource: { resourceType: 'Patient' } })).toMatchObject({
      id: 'u1',
      idFromUrl: true,
    });
    expect(read({ fullUrl: 'http://x/Patient/7', resource: { resourceType: 'Patient' } })).toMatchObject({
      id: undefined,
      idFromUrl: false,
    });
  });

  it('passes over what brings nothing', () => {
    expect(read({ resource: { resourceType: 'OperationOutcome' }, search: { mode: 'outcome' } })).toEqual({
      kind: 'empty',
    });
    expect(read({ request: { method: 'GET', url: 'Patient/1' } })).toEqual({ kind: 'empty' });
  });

  it.each([
    [{ request: { method: 'DELETE', url: 'Patient/1' } }, 'A DELETE entry is not ingested.'],
    [{ resource: patient, request: { method: 'PATCH', url: 'Patient/1' } }, 'A PATCH entry is not ingested.'],
    [
      { resource: patient, request: { method: 'PUT', url: 'Patient?identifier=1' } },
      'A conditional update is not ingested.',
    ],
    [{ fullUrl: 'urn:uuid:1' }, 'The entry has no resource.'],
    ['null', 'The entry is not a JSON object.'],
    ['{"resource":{} x}', 'The entry is not a JSON object.'],
  ])('refuses %j', (entry, reason) => {
    expect(read(entry)).toMatchObject({ kind: 'wrong', reason });
  });

  it('names what references to it become', () => {
    const target = (entry: object) => {
      const result = read(entry);
      return result.kind === 'resource' ? entryTarget(result) : undefined;
    };
    expect(target({ fullUrl: 'urn:uuid:1', resource: patient })).toBe('Patient/p1');
    const request = { method: 'POST', url: 'Patient', ifNoneExist: 'Patient?identifier=s|v' };
    expect(target({ fullUrl: 'urn:uuid:1', resource: patient, request })).toBe(
      'Patient?identifier=s|v#entry=p1',
    );
    expect(target({ resource: { resourceType: 'Patient' } })).toBeUndefined();
  });
});
