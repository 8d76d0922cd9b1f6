import { describe, expect, it } from 'vitest';
import { EntryReferences, isConditionalReference } from '../../src/ingest/entry-references.ts';

function references(): EntryReferences {
  const known = new EntryReferences();
  known.add([
    ['urn:uuid:1', 'Patient/p1'],
    ['urn:uuid:1', 'Patient/second'],
    ['http://s/fhir/Patient/9', 'Patient/own'],
    ['urn:oid:1.2', 'Patient?identifier=a#entry=x'],
  ]);
  return known;
}

describe('EntryReferences', () => {
  it.each([
    ['urn:uuid:1', undefined, 'Patient/p1'],
    ['urn:uuid:1#part', undefined, 'Patient/p1#part'],
    ['urn:uuid:2', undefined, 'urn:uuid:2'],
    ['#contained', undefined, '#contained'],
    ['http://s/fhir/Patient/9', undefined, 'Patient/own'],
    ['http://s/fhir/Patient/9/_history/3', undefined, 'Patient/own'],
    ['Patient/9', 'http://s/fhir', 'Patient/own'],
    ['Patient/9', 'http://other/fhir', 'Patient/9'],
    ['Patient/9', undefined, 'Patient/9'],
    ['urn:oid:1.2#part', undefined, 'Patient?identifier=a#entry=x'],
  ])('%s under %s becomes %s', (reference, base, expected) => {
    expect(references().resolve(reference, base)).toBe(expected);
  });

  it('knows a conditional reference by its type', () => {
    expect(isConditionalReference('Practitioner?identifier=a')).toBe(true);
    expect(isConditionalReference('https://x/Practitioner?identifier=a')).toBe(false);
    expect(isConditionalReference('Nothing?identifier=a')).toBe(false);
  });
});
