import type { FastifyReply } from 'fastify';
import { WarmfhirError } from '../../errors.ts';
import { operationOutcome } from '../../fhir/outcome.ts';
import type { DocumentVersion, StoredDocument } from '../../store/document.ts';
import type { WriteResult } from '../../store/write.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import { setVersionHeaders } from './document-reply.ts';
import { preferredReturn } from './preference.ts';

/**
 * Answers a create, update or patch with the version that was written, as the client prefers it; a create whose condition found a
 * resource, with that one.
 */
export function writeReply(
  api: ApiContext,
  result: WriteResult | undefined,
  request: ApiRequest,
  reply: FastifyReply,
): string {
  const { status, document } = (result ?? {}) as { status?: string; document?: DocumentVersion };
  if (document === undefined || document.deleted) {
    throw new WarmfhirError('internal', `The store answered a write with ${status}.`);
  }
  setVersionHeaders(api, reply, document);
  const { type, id, version } = document;
  // A condition may have chosen the resource: the address says which.
  reply.header('location', `${fhirBaseUrl(api, request)}/${type}/${id}/_history/${version}`);
  if (status === 'created') reply.code(201);
  return writtenBody(status === 'unchanged' ? 'is there already' : `was ${status}`, document, request);
}

function writtenBody(what: string, document: StoredDocument, request: ApiRequest): string {
  switch (preferredReturn(request)) {
    case 'minimal':
      return '';
    case 'operationoutcome': {
      const { type, id, version } = document;
      const diagnostics = `${type}/${id} ${what} as version ${version}.`;
      return operationOutcome({ severity: 'information', code: 'informational', diagnostics });
    }
    default:
      return document.json;
  }
}
