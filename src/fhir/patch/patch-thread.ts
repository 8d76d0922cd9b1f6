import { WarmfhirError } from '../../errors.ts';
import type { ThreadReply } from '../../threads/batching-thread.ts';
import { failure, serveBatches } from '../../threads/serve-batches.ts';
import { Definitions } from '../structure/definitions.ts';
import { applyFhirPathPatch } from './fhirpath-patch.ts';
import { applyJsonPatch } from './json-patch.ts';
import { decoded } from './lexical-json.ts';
import type { Patch } from './patch.ts';

/** One patch to apply. */
export interface PatchCall {
  readonly document: string;
  readonly patch: Patch;
}

let definitions: Definitions | undefined;

function apply({ document, patch: { form, body } }: PatchCall): string {
  const patch = decoded(body);
  if (form === 'json-patch') return applyJsonPatch(document, patch);
  definitions ??= new Definitions();
  return applyFhirPathPatch(document, patch, definitions);
}

serveBatches<PatchCall, string>((batch) =>
  batch.map((call): ThreadReply<string> => {
    try {
      return { ok: true, value: apply(call) };
    } catch (error) {
      // What a patch nests deeper than the stack is its own fault.
      const tooDeep = error instanceof RangeError;
      return failure(
        tooDeep ? new WarmfhirError('patch-not-applicable', 'The patch nests too deep.') : error,
      );
    }
  }),
);
