import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CATEGORIES, ERRORS, type ErrorCode, WarmfhirError } from '../src/errors.ts';

const codes = Object.keys(ERRORS) as ErrorCode[];

/** Rows of the table in docs/errors.md: code, status, issue type, sentence. */
function documented(): string[][] {
  const text = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8');
  return [...text.matchAll(/^\| `([a-z-]+)` \| (\d+) \| `([a-z-]+)` \| (.+?) \|/gm)].map((row) =>
    row.slice(1),
  );
}

describe('the table of errors', () => {
  it('stands in docs/errors.md, row by row and in the same order', () => {
    const table = codes.map((code) => {
      const [category, sentence] = ERRORS[code];
      const { status, issue } = ERROR_CATEGORIES[category];
      return [code, String(status), issue, sentence];
    });
    expect(documented()).toEqual(table);
  });

  it('gives every code a sentence that ends with a full stop and fits one line', () => {
    for (const code of codes) expect(ERRORS[code][1], code).toMatch(/^[A-Z][^\n]*\.$/);
  });

  it('names codes in words', () => {
    for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  it('decides the status of an error, and its detail where none is given', () => {
    const error = new WarmfhirError('tenant-cold');
    expect(error.status).toBe(503);
    expect(error.detail).toBe(ERRORS['tenant-cold'][1]);
    expect(new WarmfhirError('resource-gone', 'Patient/1 was deleted.').message).toBe(
      'Patient/1 was deleted.',
    );
  });
});
