/** Begins every stream of rows: signature, flags, length of a header extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
const FIRST_BYTES = 1024 * 1024;

/**
 * Rows in the binary format of COPY, put together in one piece of memory. Columns are given in order, each by the method
 * of its type. See https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
 */
export class CopyBuffer {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;
  #rows = 0;

  constructor() {
    this.#length = HEADER.copy(this.#bytes);
  }

  get rows(): number {
    return this.#rows;
  }

  row(columns: number): this {
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(columns, this.#length);
    this.#rows++;
    return this;
  }

  int2(value: number | null): this {
    this.#reserve(6);
    if (value === null) return this.#null();
    this.#length = this.#bytes.writeInt32BE(2, this.#length);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
    return this;
  }

  int4(value: number | null): this {
    this.#reserve(8);
    if (value === null) return this.#null();
    this.#length = this.#bytes.writeInt32BE(4, this.#length);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
    return this;
  }

  float8(value: number | null): this {
    this.#reserve(12);
    if (value === null) return this.#null();
    this.#length = this.#bytes.writeInt32BE(8, this.#length);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
    return this;
  }

  bool(value: boolean): this {
    this.#reserve(5);
    this.#length = this.#bytes.writeInt32BE(1, this.#length);
    this.#length = this.#bytes.writeInt8(Number(value), this.#length);
    return this;
  }

  /** A safe integer. */
  int8(value: number | null): this {
    this.#reserve(12);
    if (value === null) return this.#null();
    const high = Math.floor(value / 2 ** 32);
    this.#length = this.#bytes.writeInt32BE(8, this.#length);
    this.#length = this.#bytes.writeInt32BE(high, this.#length);
    this.#length = this.#bytes.writeUInt32BE(value - high * 2 ** 32, this.#length);
    return this;
  }

  text(value: string | null): this {
    // No UTF-16 unit takes more than three bytes.
    this.#reserve(4 + (value?.length ?? 0) * 3);
    if (value === null) return this.#null();
    const bytes = this.#bytes.write(value, this.#length + 4);
    this.#length = this.#bytes.writeInt32BE(bytes, this.#length) + bytes;
    return this;
  }

  /** All rows, complete. Nothing is added afterwards. */
  finish(): Buffer {
    this.#reserve(TRAILER.length);
    this.#length += TRAILER.copy(this.#bytes, this.#length);
    return this.#bytes.subarray(0, this.#length);
  }

  #null(): this {
    this.#length = this.#bytes.writeInt32BE(-1, this.#length);
    return this;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
