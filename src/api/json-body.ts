import type { z } from 'zod';
import { WarmfhirError } from '../errors.ts';
import { scanObject } from '../fhir/json-text.ts';
import { parseJson } from '../fhir/parse-json.ts';
import { shown } from '../fhir/parse-resource.ts';
import type { ApiRequest } from './api-context.ts';
import { isUtf8, mediaType } from './media-type.ts';

/** What a resource may be sent as. */
export const JSON_TYPES: ReadonlySet<string> = new Set(['application/fhir+json', 'application/json']);

/** True when the request carries a body of at least one byte. */
export function hasBody({ body }: ApiRequest): boolean {
  return body !== undefined && body.length > 0;
}

/**
 * The body's bytes, which the client says are of one of the types, JSON in UTF-8. Throws `media-type-unsupported`, and `body-invalid` when
 * there is no body.
 */
export function jsonBytes(request: ApiRequest, types: ReadonlySet<string> = JSON_TYPES): Buffer {
  const { body } = request;
  if (body === undefined || body.length === 0) {
    throw new WarmfhirError('body-invalid', 'The request has no body.');
  }
  const type = mediaType(request.headers['content-type'] ?? '');
  const { name, parameters } = type;
  if (!types.has(name)) {
    const said =
      name === '' ? 'The request does not say what its body is.' : `The body is said to be ${shown(name)}.`;
    throw new WarmfhirError(
      'media-type-unsupported',
      `${said} Send Content-Type: ${[...types].join(' or ')}.`,
    );
  }
  if (!isUtf8(type))
    throw new WarmfhirError('media-type-unsupported', 'The server reads JSON in UTF-8 only.');
  if (!/^4\.0(\.\d+)?$/.test(parameters.get('fhirversion') ?? '4.0')) {
    throw new WarmfhirError('media-type-unsupported', 'The server reads FHIR 4.0 only.');
  }
  return body;
}

/**
 * The body as a value of a schema. Throws what `jsonBytes` throws, `encoding-invalid`, `json-malformed` with the
 * position, `json-duplicate-key`, and `body-invalid` saying which member is wrong.
 */
export function jsonBody<Schema extends z.ZodType>(request: ApiRequest, schema: Schema): z.infer<Schema> {
  const text = decode(jsonBytes(request));
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WarmfhirError('body-invalid', 'The body is not a JSON object.');
  }
  scanObject(text);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new WarmfhirError('body-invalid', firstProblem(parsed.error));
  return parsed.data;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new WarmfhirError('encoding-invalid', undefined, { cause });
  }
}

function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The body does not have the shape that this operation takes.';
  const place = issue.path.length === 0 ? 'The body' : `The member ${issue.path.join('.')} of the body`;
  return `${place} is not as it should be: ${issue.message}.`;
}
