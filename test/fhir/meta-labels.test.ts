import { describe, expect, it } from 'vitest';
import { addLabels, removeLabels } from '../../src/fhir/meta-labels.ts';

const a = { system: 'urn:t', code: 'a' };
const b = { system: 'urn:t', code: 'b' };
const review = { system: 'urn:warmfhir:review', code: 'reviewed' };

describe('labels', () => {
  it('are added once each, by system and code', () => {
    const meta = { versionId: '1', tag: [{ ...a, display: 'A' }] };
    expect(addLabels(meta, { tag: [a, b, b], profile: ['p', 'p'] })).toMatchObject({
      versionId: '1',
      tag: [{ ...a, display: 'A' }, b],
    });
    expect(addLabels({}, { profile: ['p'], security: [a] })).toEqual({ profile: ['p'], security: [a] });
  });

  it('are taken away, and leave no empty lists', () => {
    expect(removeLabels({ tag: [a, b], profile: ['p'] }, { tag: [a], profile: ['p', 'q'] })).toEqual({
      tag: [b],
    });
    expect(removeLabels({ tag: [{ code: 'a' }] }, { tag: [a] })).toEqual({ tag: [{ code: 'a' }] });
  });

  it('leave review state alone', () => {
    expect(addLabels({}, { tag: [review] })).toEqual({});
    expect(removeLabels({ tag: [review, a] }, { tag: [review, a] })).toEqual({ tag: [review] });
  });
});
