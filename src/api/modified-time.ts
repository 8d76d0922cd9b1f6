const MODIFIED = Symbol('modified');

interface Answer {
  [MODIFIED]?: number;
}

/**
 * Notes on an answer when the resource that it is about was modified, for entries of Bundles: the header of HTTP has no
 * fractions of seconds, and a body need not be there.
 *
 * @param ms milliseconds since the epoch
 */
export function noteModified(answer: object, ms: number): void {
  (answer as Answer)[MODIFIED] = ms;
}

/** Milliseconds since the epoch, where an answer is about one resource. */
export function modifiedTime(answer: object): number | undefined {
  return (answer as Answer)[MODIFIED];
}
