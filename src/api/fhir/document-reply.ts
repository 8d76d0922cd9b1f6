import type { FastifyReply } from 'fastify';
import { WarmfhirError } from '../../errors.ts';
import { etag } from '../../fhir/entity-tag.ts';
import type { StoredDocument } from '../../store/document.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { noteModified } from '../modified-time.ts';
import { SubsetRequest } from './subset-request.ts';

/** The version's `ETag` and `Last-Modified`. */
export function setVersionHeaders(
  api: ApiContext,
  reply: FastifyReply,
  { version, lastUpdated }: { readonly version: number; readonly lastUpdated: number },
): void {
  reply.header('etag', etag(version)).header('last-modified', api.httpDate.text(lastUpdated));
  noteModified(reply.raw, lastUpdated);
}

/**
 * The stored bytes of a document, or the part that `_summary` or `_elements` asks for, or nothing and 304 when the
 * client has them already.
 */
export function documentReply(
  api: ApiContext,
  document: StoredDocument,
  request: ApiRequest,
  reply: FastifyReply,
): string {
  setVersionHeaders(api, reply, document);
  if (isKnownToClient(document, request)) {
    reply.code(304);
    return '';
  }
  // With a query the body may still be laid out otherwise.
  if (request.query !== '') return partAskedFor(api, document, request);
  if (document.bytes !== undefined) reply.header('content-length', document.bytes);
  return document.json;
}

/** Whether the client says that it has this version. */
export function isKnownToClient(document: StoredDocument, { raw }: ApiRequest): boolean {
  const { headers } = raw;
  if (headers['if-none-match'] === undefined && headers['if-modified-since'] === undefined) return false;
  return isUnchanged(document, headers['if-none-match'], headers['if-modified-since']);
}

/** The part of a resource that `_summary` or `_elements` asks for. Throws parameter-invalid. */
export function partAskedFor(
  { elements }: ApiContext,
  { type, json }: Pick<StoredDocument, 'type' | 'json'>,
  request: ApiRequest,
): string {
  if (request.query === '') return json;
  const parameters = new URLSearchParams(request.query);
  const asked = new SubsetRequest({
    summary: parameters.getAll('_summary'),
    elements: parameters.getAll('_elements'),
    types: [type],
    table: elements,
  });
  if (asked.summary === 'count') {
    throw new WarmfhirError('parameter-invalid', 'One resource has no _summary=count: that is for searches.');
  }
  return asked.of(json, type);
}

/** See RFC 9110, sections 13.1.2 and 13.1.3: `If-None-Match` counts alone where both are sent. */
function isUnchanged(
  { version, lastUpdated }: StoredDocument,
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
): boolean {
  if (ifNoneMatch !== undefined) {
    return ifNoneMatch.split(',').some((tag) => {
      const text = tag.trim();
      return text === '*' || text === etag(version) || text === `"${version}"`;
    });
  }
  const since = Date.parse(ifModifiedSince ?? '');
  return Math.floor(lastUpdated / 1000) * 1000 <= since;
}
