import { validationRegexes } from '@medplum/core';

/** R4's dateTime, which has a time zone wherever it has a time. https://hl7.org/fhir/R4/datatypes.html#dateTime */
const DATE_TIME =
  /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$/;
/**
 * White space in R4's expressions is XML's: a no-break space, which is white space in JavaScript's, is a character like others.
 */
const NOT_SPACED = /^[^ \t\r\n]*$/;
const FORMS: Readonly<Record<string, RegExp>> = {
  ...validationRegexes,
  dateTime: DATE_TIME,
  code: /^[^ \t\r\n]+( [^ \t\r\n]+)*$/,
  uri: NOT_SPACED,
  url: NOT_SPACED,
  canonical: NOT_SPACED,
};
const INSTANT = /[Z\d]$/;
const BASE64 = /^[A-Za-z\d+/]+={0,2}$/;
/** Length of a string, 1 MB. https://hl7.org/fhir/R4/datatypes.html#string */
const MAX_LENGTH = 1024 * 1024;

/**
 * What is wrong with the text of a primitive, or undefined. Whether a day exists in its month is left to the validator.
 *
 * @param type FHIR type whose JSON type is string
 */
export function textProblem(value: string, type: string): string | undefined {
  if (value === '') return 'Invalid empty value';
  // White space may stand between groups of four. https://hl7.org/fhir/R4/datatypes.html#base64Binary
  if (type === 'base64Binary') return isBase64(value) ? undefined : 'Invalid base64Binary format';
  if (!/[^ \t\r\n]/.test(value)) return 'String must contain non-whitespace content';
  // The limit is one of strings, not of narrative.
  if (value.length > MAX_LENGTH && type !== 'xhtml') return 'String cannot be larger than 1 MB';
  const isRight = FORMS[type]?.test(value) ?? true;
  if (!isRight || (type === 'instant' && !INSTANT.test(value))) return `Invalid ${type} format`;
  return undefined;
}

function isBase64(value: string): boolean {
  const packed = value.replaceAll(/[ \t\r\n]+/g, '');
  return packed.length % 4 === 0 && BASE64.test(packed);
}
