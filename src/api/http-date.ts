/**
 * Times in the form of HTTP headers (RFC 9110, section 5.6.7). All documents of a sealed generation have one time, so
 * the last one written is kept.
 */
export class HttpDate {
  #ms = Number.NaN;
  #text = '';

  /** @param ms milliseconds since the epoch */
  text(ms: number): string {
    if (ms !== this.#ms) {
      this.#ms = ms;
      this.#text = new Date(ms).toUTCString();
    }
    return this.#text;
  }
}
