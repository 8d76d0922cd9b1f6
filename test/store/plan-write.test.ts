import { describe, expect, it } from 'vitest';
import { parseResource } from '../../src/fhir/parse-resource.ts';
import type { DeletedDocument, StoredDocument } from '../../src/store/document.ts';
import { planWrite } from '../../src/store/plan-write.ts';

const { content } = parseResource('{"resourceType":"Patient","id":"p","gender":"other"}');
const tombstone: DeletedDocument = {
  deleted: true,
  type: 'Patient',
  id: 'p',
  version: 4,
  lastUpdated: 9_000,
};

function standing(reviewed: boolean): StoredDocument {
  const put = planWrite({ kind: 'put', content }, undefined, 1, 1_000).next!.document as StoredDocument;
  if (!reviewed) return put;
  const review = { kind: 'review', type: 'Patient', id: 'p', reviewed: true } as const;
  return planWrite(review, put, 1, 2_000).next!.document as StoredDocument;
}

describe('planWrite', () => {
  it('begins a new document at the version that its generation gives', () => {
    expect(planWrite({ kind: 'create', content }, undefined, 3, 1_000)).toMatchObject({
      result: { status: 'created' },
      next: { method: 'POST', document: { version: 2_000_001, lastUpdated: 1_000 } },
    });
  });

  it('counts on from a tombstone, and calls that created', () => {
    expect(planWrite({ kind: 'put', content }, tombstone, 1, 10_000)).toMatchObject({
      result: { status: 'created' },
      next: { method: 'PUT', document: { version: 5 } },
    });
  });

  it('never lets the time of a document go back', () => {
    expect(planWrite({ kind: 'put', content }, tombstone, 1, 1_000).next?.document.lastUpdated).toBe(9_000);
  });

  it('clears a review when the content changes', () => {
    expect(standing(true)).toMatchObject({ reviewed: true, reviewTime: 2_000, version: 2 });
    const { next } = planWrite({ kind: 'put', content }, standing(true), 1, 3_000);
    expect(next!.document).toMatchObject({ reviewed: false, reviewTime: null, version: 3 });
    expect((next!.document as StoredDocument).json).not.toContain('urn:warmfhir:review');
  });

  it('writes nothing where nothing changes', () => {
    const unreview = { kind: 'review', type: 'Patient', id: 'p', reviewed: false } as const;
    expect(planWrite(unreview, standing(false), 1, 3_000).next).toBeUndefined();
    expect(planWrite({ kind: 'delete', type: 'Patient', id: 'p' }, tombstone, 1, 3_000)).toEqual({
      result: { status: 'unchanged', document: tombstone },
    });
  });

  it('finds no document to review in a tombstone', () => {
    const review = { kind: 'review', type: 'Patient', id: 'p', reviewed: true } as const;
    expect(planWrite(review, tombstone, 1, 3_000)).toEqual({ result: { status: 'not-found' } });
    expect(planWrite(review, undefined, 1, 3_000)).toEqual({ result: { status: 'not-found' } });
  });

  it.each([
    ['nothing', undefined, 1],
    ['a tombstone', tombstone, 4],
    ['another version', standing(false), 2],
  ])('refuses a write that expects a version and finds %s', (_, current, ifMatch) => {
    expect(() => planWrite({ kind: 'put', content, ifMatch }, current, 1, 1)).toThrow(
      expect.objectContaining({ code: 'version-conflict' }),
    );
  });

  it('refuses to create what stands already', () => {
    expect(() => planWrite({ kind: 'create', content }, standing(false), 1, 1)).toThrow(
      expect.objectContaining({ code: 'version-conflict' }),
    );
  });
});
