/** The thread that says what stored documents are found by: batches of JSON texts in, batches of values out. */
import { serveBatches } from '../../threads/serve-batches.ts';
import { Extraction } from './extraction.ts';
import type { IndexedValues } from './indexed-values.ts';

const extraction = new Extraction();

serveBatches<readonly string[], readonly IndexedValues[]>((batch) =>
  batch.map((texts) => ({
    ok: true,
    value: texts.map((text) => extraction.indexedValues(JSON.parse(text))),
  })),
);
