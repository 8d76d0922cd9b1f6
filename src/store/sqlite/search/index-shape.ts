import type { Shape, Test } from '../../../fhir/search/criterion.ts';
import type { RowTable } from './index-tables.ts';

/** The table whose rows a test is put to. */
export function tableOf(test: Test): RowTable {
  switch (test.kind) {
    case 'token-text':
      return 'token_text';
    case 'range':
      return 'date';
    default:
      return test.kind;
  }
}

/** Tables in which a parameter of a shape has rows when a document has a value for it. */
export function tablesOf(shape: Shape): readonly RowTable[] {
  switch (shape) {
    case 'token':
      return ['token', 'token_text', 'identifier'];
    case 'reference':
      return ['reference', 'identifier', 'token_text'];
    default:
      return [shape];
  }
}
