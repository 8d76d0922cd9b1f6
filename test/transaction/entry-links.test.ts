import { describe, expect, it } from 'vitest';
import { EntryLinks, restfulBase } from '../../src/transaction/entry-links.ts';

const place = { index: 3, base: 'https://source.example/fhir' };
const nowhere = { index: 3, base: undefined };

function links(settled: ReadonlyMap<string, readonly string[]> = new Map()): EntryLinks {
  const made = new EntryLinks(
    new Map([
      ['Patient?a=one', ['1']],
      ['Patient?a=none', []],
      ['Patient?a=two', ['1', '2']],
      ['Patient?a=made', []],
    ]),
    settled,
  );
  made.add('urn:uuid:u', 'Patient/new');
  made.add('urn:oid:1.2.3', 'Device/new');
  made.add('https://source.example/fhir/Patient/7', 'Patient/seven', 5);
  made.add('https://source.example/fhir/Patient/6', 'Patient/six');
  made.addCriteria({ type: 'Patient', query: 'a=made' }, 'Patient/made');
  return made;
}

describe('EntryLinks', () => {
  it.each([
    ['urn:uuid:u', 'Patient/new'],
    ['urn:oid:1.2.3', 'Device/new'],
    ['urn:uuid:u#part', 'Patient/new#part'],
    ['https://source.example/fhir/Patient/7', 'Patient/seven'],
    ['https://source.example/fhir/Patient/7/_history/3', 'Patient/seven/_history/5'],
    ['https://source.example/fhir/Patient/7/_history/3#part', 'Patient/seven/_history/5#part'],
    ['https://source.example/fhir/Patient/6/_history/3', 'Patient/six'],
    ['Patient/7/_history/3', 'Patient/seven/_history/5'],
    ['Patient/7', 'Patient/seven'],
    ['Patient/8', undefined],
    ['urn:uuid:other', undefined],
    ['#contained', undefined],
    ['Patient?a=one', 'Patient/1'],
    ['Patient?a=made', 'Patient/made'],
    ['Patient?a=unasked', undefined],
  ])('leads the reference %s to %s', (reference, target) => {
    expect(links().replacement(reference, 'reference', place)).toBe(target);
  });

  it('takes relative and conditional references for what they are only where references stand', () => {
    for (const address of ['Patient/7', 'Patient?a=one']) {
      expect(links().replacement(address, 'address', place)).toBeUndefined();
    }
    expect(links().replacement('urn:uuid:u', 'address', nowhere)).toBe('Patient/new');
    expect(links().replacement('Patient/7', 'reference', nowhere)).toBeUndefined();
  });

  it('tells what conditional references it was asked for, and what it put in their place', () => {
    const made = links(new Map([['Patient?a=one', ['seen']]]));
    for (const query of ['one', 'none', 'two', 'made', 'none']) {
      made.replacement(`Patient?a=${query}`, 'reference', nowhere);
    }
    expect(made.asked).toEqual([
      { type: 'Patient', query: 'a=one', index: 3, id: 'seen' },
      { type: 'Patient', query: 'a=none', index: 3 },
      { type: 'Patient', query: 'a=two', index: 3 },
      { type: 'Patient', query: 'a=made', index: 3, id: 'made' },
    ]);
  });

  it('takes what was seen to be found for what is found', () => {
    const made = links(
      new Map([
        ['Patient?a=one', []],
        ['Patient?a=made', ['seen']],
      ]),
    );
    expect(made.replacement('Patient?a=one', 'reference', nowhere)).toBeUndefined();
    expect(made.replacement('Patient?a=made', 'reference', nowhere)).toBe('Patient/seen');
  });

  it('knows the base of addresses of resources', () => {
    expect(restfulBase('https://a.example/fhir/Patient/1')).toBe('https://a.example/fhir');
    for (const other of ['urn:uuid:u', 'https://a.example/x/y', undefined])
      expect(restfulBase(other)).toBeUndefined();
  });
});
