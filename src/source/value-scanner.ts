const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const COMMA = 0x2c;

export function isJsonSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Finds where one JSON value ends, in bytes and across chunks, by brackets and strings alone: what is between them is
 * judged by whoever parses the value.
 */
export class ValueScanner {
  #kind: 'container' | 'string' | 'scalar' = 'scalar';
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Begins at a value's first byte, which `scan` is given again. */
  begin(first: number): void {
    this.#kind =
      first === QUOTE ? 'string' : first === OPEN_OBJECT || first === OPEN_ARRAY ? 'container' : 'scalar';
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  /** Index behind the value's last byte, or -1 when it goes on behind the chunk. */
  scan(chunk: Uint8Array, start: number): number {
    if (this.#kind === 'scalar') return scalarEnd(chunk, start);
    return this.#scanNested(chunk, start);
  }

  #scanNested(chunk: Uint8Array, start: number): number {
    const end = chunk.length;
    let depth = this.#depth;
    let inString = this.#inString;
    let escaped = this.#escaped;
    for (let at = start; at < end; at++) {
      const byte = chunk[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inString = false;
          if (depth === 0) return at + 1;
        }
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        depth--;
        if (depth === 0) return at + 1;
      }
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#escaped = escaped;
    return -1;
  }
}

function scalarEnd(chunk: Uint8Array, start: number): number {
  for (let at = start; at < chunk.length; at++) {
    const byte = chunk[at]!;
    if (byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT || isJsonSpace(byte)) return at;
  }
  return -1;
}
