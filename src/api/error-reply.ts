import type { FastifyError, FastifyReply } from 'fastify';
import { ERRORS, WarmfhirError } from '../errors.ts';
import { faceOf } from './address-face.ts';
import type { ApiContext, ApiRequest } from './api-context.ts';

/** Seconds after which a refused client may try again. */
const RETRY_AFTER = { default: '5', 'tenant-cold': '1' } as const;

/** Answers any error in the form of the face that was asked, and logs what is the server's own fault. */
export function errorReply(
  api: ApiContext,
  error: unknown,
  request: ApiRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = asWarmfhirError(error, request.routeOptions?.bodyLimit ?? api.maxBodyBytes);
  if (known.status >= 500 && known.category !== 'unavailable') {
    api.log.error({ err: error, method: request.method, url: request.url }, 'A request failed.');
  } else if (known.code.startsWith('store-')) {
    api.log.warn({ err: error, method: request.method, url: request.url }, 'The store refused a request.');
  }
  if (known.category === 'unavailable') {
    reply.header(
      'retry-after',
      known.code === 'tenant-cold' ? RETRY_AFTER['tenant-cold'] : RETRY_AFTER.default,
    );
  }
  const face = faceOf(request.url);
  // Headers that the handler set before it failed speak of a document that is not sent.
  for (const name of ['etag', 'last-modified', 'location']) reply.removeHeader(name);
  return reply
    .code(known.status)
    .header('content-type', face.contentType)
    .send(face.errorBody(known, request));
}

/** What clients are told: of an unforeseen error nothing but that there was one. */
function asWarmfhirError(error: unknown, maxBodyBytes: number): WarmfhirError {
  if (error instanceof WarmfhirError) {
    return error.code === 'internal' ? new WarmfhirError('internal', ERRORS.internal[1]) : error;
  }
  switch ((error as Partial<FastifyError>).code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new WarmfhirError(
        'body-too-large',
        `The body is larger than the ${maxBodyBytes} bytes that are accepted.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new WarmfhirError('media-type-unsupported');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'ECONNRESET':
      return new WarmfhirError('body-invalid', 'The body did not arrive as its Content-Length said.');
    case 'FST_ERR_BAD_URL':
      return new WarmfhirError('parameter-invalid', 'The address holds a percent sign that encodes nothing.');
    default:
      return new WarmfhirError('internal', ERRORS.internal[1], { cause: error });
  }
}
