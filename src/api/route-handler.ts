import type { FastifyReply } from 'fastify';
import type { TenantCollection } from '../collection/tenant-collection.ts';
import { WarmfhirError } from '../errors.ts';
import { isResourceId } from '../fhir/resource-id.ts';
import { isResourceType } from '../fhir/resource-type.ts';
import { shown } from '../fhir/search/search-value.ts';
import type { Lease } from '../tenant/tenant-manager.ts';
import { faceOf } from './address-face.ts';
import type { AddressParts, ApiContext, ApiRequest } from './api-context.ts';
import type { Face } from './face.ts';
import { prefersLenient } from './fhir/preference.ts';
import { requireEncoded, requireKnown, requirePretty } from './query.ts';
import { tenantOf } from './request-tenant.ts';
import type { ReplyBody, Route, TenantRoute } from './route.ts';

export type Handler = (request: ApiRequest, reply: FastifyReply) => ReplyBody;

/**
 * Puts around a route what all routes of its scope have in common. Addresses are checked before anything of a tenant
 * is looked at, and where everything answers at once no promise is made.
 */
export function routeHandler(api: ApiContext, route: Route): Handler {
  if (route.scope === 'open') return route.handle;
  const face = faceOf(route.path);
  const { handle } = route;
  if (route.scope === 'tenant') return tenantHandler(api, face, route);
  return whenReady(api, (request, reply) => {
    requireAddress(request.params);
    face.requireAcceptable(request);
    requireParameters(route, request);
    reply.header('content-type', face.contentType);
    return presented(face, request, (handle as Handler)(request, reply));
  });
}

/** Looks once more whether tenants can be served before it refuses a request. */
function whenReady(api: ApiContext, handler: Handler): Handler {
  const { collections } = api;
  return (request, reply) => {
    if (collections.ready) return handler(request, reply);
    return collections.look().then(() => {
      requireReady(api);
      return handler(request, reply);
    });
  };
}

/** Throws `ingestion-not-ready` until tenants can be served. */
export function requireReady({ collections }: ApiContext): void {
  if (!collections.ready) throw new WarmfhirError('ingestion-not-ready', collections.notReadyReason);
}

function tenantHandler(api: ApiContext, face: Face, route: TenantRoute): Handler {
  const { handle, requireAcceptable = face.requireAcceptable } = route;
  return whenReady(api, (request, reply) => {
    const tenant = tenantOf(request);
    requireAddress(request.params);
    requireAcceptable(request);
    requireParameters(route, request);
    reply
      .header('content-type', face.contentType)
      // One address holds another document for every tenant: no cache may answer one tenant with another's.
      .header('cache-control', 'private, no-cache')
      .header('vary', 'X-Tenant-ID');
    const lease = api.tenants.acquire(tenant);
    const body =
      lease instanceof Promise
        ? lease.then((acquired) => handled(acquired, handle, request, reply))
        : handled(lease, handle, request, reply);
    return presented(face, request, body);
  });
}

/** Handles a request and gives the lease back, also when that fails. */
function handled(
  lease: Lease,
  handle: (collection: TenantCollection, request: ApiRequest, reply: FastifyReply) => ReplyBody,
  request: ApiRequest,
  reply: FastifyReply,
): ReplyBody {
  let body: ReplyBody;
  try {
    body = handle(lease.collection, request, reply);
  } catch (error) {
    lease.release();
    throw error;
  }
  if (body instanceof Promise) return body.finally(() => lease.release());
  lease.release();
  return body;
}

function presented(face: Face, request: ApiRequest, body: ReplyBody): ReplyBody {
  if (request.query === '') return body;
  return body instanceof Promise
    ? body.then((sent) => (typeof sent === 'string' ? face.present(request, sent) : sent))
    : face.present(request, body);
}

/** Nothing that a client asks for is ignored unless it says that it may be. */
function requireParameters({ parameters }: Route, request: ApiRequest): void {
  const { query } = request;
  if (query === '') return;
  requireEncoded(query);
  if (query.includes('_pretty')) requirePretty(new URLSearchParams(query));
  if (parameters !== undefined && !prefersLenient(request)) requireKnown(query, parameters);
}

function requireAddress({ type, id }: AddressParts): void {
  if (type !== undefined && !isResourceType(type)) {
    if (type.startsWith('$'))
      throw new WarmfhirError('route-not-found', `There is no operation ${type} here.`);
    throw new WarmfhirError('resource-type-unknown', `FHIR R4 has no resource type ${shown(type)}.`);
  }
  if (id?.startsWith('$')) {
    throw new WarmfhirError('route-not-found', `There is no operation ${id} of the type ${type}.`);
  }
  if (id !== undefined && !isResourceId(id)) throw new WarmfhirError('resource-id-invalid');
}
