import type { FastifyReply } from 'fastify';
import { WarmfhirError } from '../../errors.ts';
import type { StoredDocument } from '../../store/document.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { acceptance, compareAcceptance, mediaType } from '../media-type.ts';
import { documentReply, isKnownToClient, setVersionHeaders } from './document-reply.ts';
import { fhirFace, isOfR4, JSON_MEDIA_TYPES } from './fhir-face.ts';
import { SUBSET_PARAMETERS } from './subset-request.ts';

interface Binary {
  readonly contentType: string;
  readonly data?: string;
  readonly securityContext?: { readonly reference?: string };
}

/** What may stand in a header. */
const HEADER_TEXT = /^[\x20-\x7e]+$/;
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(\s*;.*)?$/;

/** What a client accepts of a Binary is decided when its type is known. */
export function requireAcceptableRead(request: ApiRequest): void {
  if (request.params.type !== 'Binary') fhirFace.requireAcceptable(request);
}

/**
 * A Binary as the client wants it: its content as it is, under its own type, or, where the client asks for FHIR, the
 * resource. https://hl7.org/fhir/R4/binary.html#rest
 *
 * @throws media-type-not-acceptable where the client takes neither
 */
export async function binaryReply(
  api: ApiContext,
  found: StoredDocument | Promise<StoredDocument>,
  request: ApiRequest,
  reply: FastifyReply,
): Promise<string | Buffer> {
  const document = await found;
  reply.header('vary', 'X-Tenant-ID, Accept');
  const binary = JSON.parse(document.json) as Binary;
  if (wantsResource(request, mediaType(binary.contentType).name)) {
    return documentReply(api, document, request, reply);
  }
  setVersionHeaders(api, reply, document);
  if (isKnownToClient(document, request)) {
    reply.code(304);
    return '';
  }
  const { contentType, securityContext } = binary;
  reply
    .header('content-type', isSendable(contentType) ? contentType : 'application/octet-stream')
    // It is a tenant's content, and must not act as a page of this server.
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', 'sandbox');
  const context = securityContext?.reference;
  if (context !== undefined && HEADER_TEXT.test(context)) reply.header('x-security-context', context);
  return Buffer.from(binary.data ?? '', 'base64');
}

/** What the client wants more; where it wants both alike, the content goes as it is. */
function wantsResource(request: ApiRequest, contentType: string): boolean {
  const query = new URLSearchParams(request.query);
  if (query.get('_format')) {
    fhirFace.requireAcceptable(request);
    return true;
  }
  // Only a resource has parts that can be asked for.
  if (SUBSET_PARAMETERS.some((name) => query.has(name))) return true;
  const ranges = (request.raw.headers.accept || '*/*').split(',').map(mediaType);
  const content = acceptance(ranges, contentType);
  const [resource] = JSON_MEDIA_TYPES.map((name) => acceptance(ranges, name, isOfR4)).sort((a, b) =>
    compareAcceptance(b, a),
  );
  if (content.quality === 0 && resource!.quality === 0) {
    throw new WarmfhirError(
      'media-type-not-acceptable',
      `The content is ${contentType}; it also comes as application/fhir+json.`,
    );
  }
  return compareAcceptance(resource!, content) > 0;
}

function isSendable(contentType: string): boolean {
  return HEADER_TEXT.test(contentType) && MEDIA_TYPE.test(contentType);
}
