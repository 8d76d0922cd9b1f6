import { describe, expect, it } from 'vitest';
import { EntryLinks, restfulBase } from '../../src/transaction/entry-links.ts';

function links(): EntryLinks {
  const made = new EntryLinks(
    new Map([
      ['Patient?a=one', ['1']],
      ['Patient?a=none', []],
      ['Patient?a=two', ['1', '2']],
      ['Patient?a=made', []],
    ]),
  );
  made.add('urn:uuid:u', 'Patient/new');
  made.add('urn:oid:1.2.3', 'Device/new');
  made.add('https://source.example/fhir/Patient/7', 'Patient/seven');
  made.addCriteria({ type: 'Patient', query: 'a=made' }, 'Patient/made');
  return made;
}

describe('EntryLinks', () => {
  it.each([
    ['urn:uuid:u', 'Patient/new'],
    ['urn:oid:1.2.3', 'Device/new'],
    ['urn:uuid:u#part', 'Patient/new#part'],
    ['https://source.example/fhir/Patient/7', 'Patient/seven'],
    ['https://source.example/fhir/Patient/7/_history/3', 'Patient/seven'],
    ['Patient/7', 'Patient/seven'],
    ['Patient/8', undefined],
    ['urn:uuid:other', undefined],
    ['#contained', undefined],
    ['Patient?a=one', 'Patient/1'],
    ['Patient?a=made', 'Patient/made'],
    ['Patient?a=unasked', undefined],
  ])('leads the reference %s to %s', (reference, target) => {
    expect(links().replacement(reference, 'reference', 'https://source.example/fhir')).toBe(target);
  });

  it('takes relative and conditional references for what they are only where references stand', () => {
    for (const address of ['Patient/7', 'Patient?a=one']) {
      expect(links().replacement(address, 'address', 'https://source.example/fhir')).toBeUndefined();
    }
    expect(links().replacement('urn:uuid:u', 'address', undefined)).toBe('Patient/new');
    expect(links().replacement('Patient/7', 'reference', undefined)).toBeUndefined();
  });

  it.each([
    ['Patient?a=none', 'criteria-unmatched'],
    ['Patient?a=two', 'criteria-ambiguous'],
  ])('refuses %s', (reference, code) => {
    expect(() => links().replacement(reference, 'reference', undefined)).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('knows the base of addresses of resources', () => {
    expect(restfulBase('https://a.example/fhir/Patient/1')).toBe('https://a.example/fhir');
    for (const other of ['urn:uuid:u', 'https://a.example/x/y', undefined])
      expect(restfulBase(other)).toBeUndefined();
  });
});
