import type { ThreadReply } from '../threads/batching-thread.ts';
import { failure, serveBatches } from '../threads/serve-batches.ts';
import { checkResource, type ExpectedResource } from './resource-check.ts';
import type { ResourceContent } from './resource-content.ts';
import { Extraction } from './search/extraction.ts';
import { StructureCheck } from './structure/structure-check.ts';

/** One body to check. */
export interface CheckCall {
  readonly body: Uint8Array;
  readonly expected: ExpectedResource;
}

const structure = new StructureCheck();
const extraction = new Extraction();

serveBatches<CheckCall, ResourceContent>((batch) =>
  batch.map(({ body, expected }): ThreadReply<ResourceContent> => {
    try {
      return { ok: true, value: checkResource(body, expected, structure, extraction) };
    } catch (error) {
      return failure(error);
    }
  }),
);
