import type { Log } from '../../log.ts';
import { fileChunks } from './file-chunks.ts';
import type { FilePlace, PlacedItem } from './file-place.ts';
import { indexBundle, readBundle, readSingle } from './read-bundle.ts';
import type { SourceFile } from './source-files.ts';

export interface ReadJsonOptions {
  readonly from: FilePlace;
  readonly maxResourceBytes: number;
  readonly log: Log;
  readonly onRead: (bytes: number) => void;
}

/**
 * The resources of a `.json` file, which is read twice: once for what its entries are called, once for the resources.
 * A file that is JSON but not FHIR is rejected where the user named it, and passed over where it lay in a folder.
 */
export async function* readJson(
  file: SourceFile,
  options: ReadJsonOptions,
): AsyncGenerator<readonly PlacedItem[]> {
  const { from, maxResourceBytes, log } = options;
  const indexing = indexBundle(fileChunks(file.path), maxResourceBytes);
  let step = await indexing.next();
  for (; !step.done; step = await indexing.next()) {
    yield [{ item: { kind: 'entry-urls', start: false, urls: step.value }, behind: from }];
  }
  const kind = step.value;
  const read = { source: file.path, from, maxResourceBytes };
  const chunks = () => fileChunks(file.path, { onRead: options.onRead });
  if (kind.kind === 'bundle') return yield* readBundle(chunks(), read);
  if (kind.kind === 'resource') return yield* readSingle(chunks(), read);
  if (kind.kind === 'foreign' && !file.named) {
    log.warn({ path: file.path }, 'Neither a Bundle nor a resource: passed over.');
    return;
  }
  if (from.line > 0) return;
  const wrong =
    kind.kind === 'wrong'
      ? kind
      : { offset: 0, reason: 'The file has no resourceType: it is neither a Bundle nor a resource.' };
  const { offset, reason, ...more } = wrong;
  const type = 'type' in more && more.type !== undefined ? { type: more.type } : {};
  const origin = { source: file.path, line: 1, offset };
  const behind = { offset: 0, line: 1, position: from.position + 1 };
  yield [{ item: { kind: 'reject', origin, reason, ...type }, behind }];
}
