import { WarmfhirError } from '../../errors.ts';
import type { CodeCase } from './token-indexers.ts';
import type { Ucum } from './ucum.ts';
import type { ValueKinds } from './value-kinds.ts';

/** What a search value is read for. */
export interface ValueContext {
  /** The parameter as the client wrote it, for errors. */
  readonly name: string;
  readonly kinds: ValueKinds;
  readonly codeCase: CodeCase;
  readonly ucum: Ucum;
  /** Milliseconds since the epoch; what `ap` measures from. */
  readonly now: number;
  /** Own addresses, without a slash at the end: a reference that begins with one counts as relative. */
  readonly bases: readonly string[];
}

/** A value that cannot be read. */
export function invalidValue(name: string, value: string, expected: string): WarmfhirError {
  return new WarmfhirError(
    'parameter-invalid',
    `The parameter ${shortened(name)}: ${shown(value)} is not ${expected}.`,
  );
}

/** A text of a client for an error's detail, in quotation marks, cut where it is long. */
export function shown(text: string): string {
  return JSON.stringify(shortened(text));
}

/** A text of a client for an error's detail, cut where it is long. */
export function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
