const LINE_FEED = 10;

export interface Line {
  /** Without line end, byte order mark and surrounding white space; null when it is longer than allowed. */
  readonly bytes: Uint8Array | null;
  /** From 1. Blank lines count. */
  readonly number: number;
  /** Byte offset of the line's start. */
  readonly offset: number;
}

export interface LineSplitterOptions {
  /** A longer line is passed over without being held in memory. */
  readonly maxBytes: number;
  /** Where the first chunk lies: byte offset and number of lines before it. */
  readonly offset?: number;
  readonly lines?: number;
}

/** Cuts NDJSON into lines as bytes, however it is chunked. Blank lines are left out. http://ndjson.org */
export class LineSplitter {
  readonly #maxBytes: number;
  #chunkOffset: number;
  #number: number;
  #lineOffset: number;
  /** Parts of a line that began in an earlier chunk. */
  #parts: Uint8Array[] = [];
  #held = 0;

  constructor(options: LineSplitterOptions) {
    this.#maxBytes = options.maxBytes;
    this.#chunkOffset = options.offset ?? 0;
    this.#lineOffset = this.#chunkOffset;
    this.#number = (options.lines ?? 0) + 1;
  }

  /** Byte offset behind the last complete line. */
  get offset(): number {
    return this.#lineOffset;
  }

  /** Number of complete lines so far, blank ones included. */
  get lines(): number {
    return this.#number - 1;
  }

  *push(chunk: Uint8Array): Generator<Line> {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      const line = this.#finish(chunk.subarray(start, end));
      start = end + 1;
      this.#lineOffset = this.#chunkOffset + start;
      this.#number++;
      if (line !== undefined) yield line;
    }
    this.#hold(chunk.subarray(start));
    this.#chunkOffset += chunk.length;
  }

  /** The last line, where it has no line end. */
  *end(): Generator<Line> {
    const line = this.#finish(new Uint8Array(0));
    this.#lineOffset = this.#chunkOffset;
    this.#number++;
    if (line !== undefined) yield line;
  }

  #hold(part: Uint8Array): void {
    this.#held += part.length;
    if (this.#held > this.#limit) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #finish(last: Uint8Array): Line | undefined {
    this.#hold(last);
    const held = this.#held;
    const parts = this.#parts;
    this.#held = 0;
    this.#parts = [];
    const place = { number: this.#number, offset: this.#lineOffset };
    if (held > this.#limit) return { bytes: null, ...place };
    const bytes = trim(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
    if (bytes.length === 0) return undefined;
    return { bytes: bytes.length > this.#maxBytes ? null : bytes, ...place };
  }

  /** White space around a line does not count towards its size. */
  get #limit(): number {
    return this.#maxBytes + 1024;
  }
}

function trim(line: Uint8Array): Uint8Array {
  let start = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? 3 : 0;
  let end = line.length;
  while (end > start && isSpace(line[end - 1]!)) end--;
  while (start < end && isSpace(line[start]!)) start++;
  return line.subarray(start, end);
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 13;
}
