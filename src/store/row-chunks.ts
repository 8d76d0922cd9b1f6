/** So many rows, or characters of text, are handed over at a time at most. */
const ROWS = 500;
const CHARACTERS = 4 * 2 ** 20;

/** Groups rows into chunks that are bounded in number and, but for one large row, in size. */
export function* rowChunks<Row>(
  rows: Iterable<Row>,
  charactersOf: (row: Row) => number,
): Generator<readonly Row[]> {
  let chunk: Row[] = [];
  let characters = 0;
  for (const row of rows) {
    chunk.push(row);
    characters += charactersOf(row);
    if (chunk.length < ROWS && characters < CHARACTERS) continue;
    yield chunk;
    chunk = [];
    characters = 0;
  }
  if (chunk.length > 0) yield chunk;
}
