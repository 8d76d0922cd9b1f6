import type { Shape, Test } from '../../../fhir/search/criterion.ts';
import type { RowTable } from './search-tables.ts';

/** The table whose rows a test is put to. */
export function tableOf(test: Test): RowTable {
  return test.kind === 'token-text' ? 'token_text' : test.kind;
}

/** The table with the values of a parameter of this shape. */
export function tableOfShape(shape: Shape): RowTable {
  return shape === 'date' || shape === 'number' ? 'range' : shape;
}
