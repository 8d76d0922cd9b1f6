/** The ends of ranges that are open. */
export const LEAST = -Number.MAX_VALUE;
export const MOST = Number.MAX_VALUE;

const NUMBER = /^[+-]?(?:\d+(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * A number as it is written, with half of the last digit's weight; undefined for a text that is none.
 * See https://hl7.org/fhir/R4/search.html#number
 */
export function writtenNumber(text: string): { readonly value: number; readonly half: number } | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  const decimals = (match[1] ?? match[2] ?? '').length;
  if (match[3] === undefined) return { value, half: Number(`0.5e-${decimals}`) };
  // R4 reads 1e2 as 95 to 105, so as if it were 1.0e2; 5e-3 is another way to write 0.005.
  const exponent = Number(match[3]);
  return { value, half: Number(`0.5e${exponent - (exponent < 0 ? decimals : Math.max(decimals, 1))}`) };
}

/** The next number that is larger. */
export function nextNumber(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  if (!Number.isFinite(value) || value === MOST) return value;
  VIEW.setFloat64(0, value);
  VIEW.setBigUint64(0, VIEW.getBigUint64(0) + (value > 0 ? 1n : -1n));
  return VIEW.getFloat64(0);
}

const VIEW = new DataView(new ArrayBuffer(8));
