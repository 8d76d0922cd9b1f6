/** A text in pieces of the given sizes, over and over; in one piece without sizes. */
export function* chunked(text: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < text.length; index++) {
    const size = sizes.length === 0 ? text.length : sizes[index % sizes.length]!;
    yield text.subarray(at, at + size);
    at += size;
  }
}
