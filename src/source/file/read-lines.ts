import { type Line, LineSplitter } from '../line-splitter.ts';
import type { RawItem } from '../source.ts';
import type { PlacedItem, ReadFileOptions } from './file-place.ts';

/** The resources of NDJSON, from chunks that start at `from.offset`. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadFileOptions,
): AsyncGenerator<readonly PlacedItem[]> {
  const { source, from, maxResourceBytes } = options;
  const splitter = new LineSplitter({ maxBytes: maxResourceBytes, offset: from.offset, lines: from.line });
  let position = from.position;
  const placed = ({ bytes, number, offset }: Line): PlacedItem => {
    const origin = { source, line: number, offset };
    const item: RawItem =
      bytes === null
        ? { kind: 'reject', origin, reason: `The line is longer than ${maxResourceBytes} bytes.` }
        : { kind: 'resource', position, origin, bytes };
    position++;
    return { item, behind: { offset: splitter.offset, line: splitter.lines, position } };
  };
  for await (const chunk of chunks) yield Array.from(splitter.push(chunk), placed);
  yield Array.from(splitter.end(), placed);
}
