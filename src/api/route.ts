import type { FastifyReply } from 'fastify';
import type { TenantCollection } from '../collection/tenant-collection.ts';
import type { Capability } from '../fhir/capability.ts';
import type { ApiRequest } from './api-context.ts';

/** The body of a reply; a handler sets status and headers on `reply` and leaves sending to the server. */
export type ReplyBody = string | Promise<string | Buffer>;

interface Address {
  /** HEAD goes with GET. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** Largest body that it takes, in bytes, where that is not the server's general limit. */
  readonly maxBodyBytes?: number;
  /**
   * Parameters that its query may have beside `_format` and `_pretty`; any other is refused. Absent where the handler knows, as
   * that of a search.
   */
  readonly parameters?: readonly string[];
  /** What the CapabilityStatement says of it. */
  readonly capability?: Capability;
}

/** Answered whatever the state of the master collection. */
export interface OpenRoute extends Address {
  readonly scope: 'open';
  readonly handle: (request: ApiRequest, reply: FastifyReply) => ReplyBody;
}

/** Answered once the master collection is ready; needs no warm tenant. */
export interface ServerRoute extends Address {
  readonly scope: 'server';
  /** True when the path is also reachable under `/tenants/<id>`. */
  readonly underTenant: boolean;
  readonly handle: (request: ApiRequest, reply: FastifyReply) => ReplyBody;
}

/** Answered for one warm tenant, named by `X-Tenant-ID` or by `/tenants/<id>` in front of the path. */
export interface TenantRoute extends Address {
  readonly scope: 'tenant';
  /** Stands in for what its face asks of the formats that a client accepts. */
  readonly requireAcceptable?: (request: ApiRequest) => void;
  readonly handle: (collection: TenantCollection, request: ApiRequest, reply: FastifyReply) => ReplyBody;
}

export type Route = OpenRoute | ServerRoute | TenantRoute;

/** The paths at which a route is reachable. */
export function addresses(route: Route): readonly string[] {
  const underTenant = route.scope === 'tenant' || (route.scope === 'server' && route.underTenant);
  return underTenant ? [route.path, `/tenants/:tenant${route.path}`] : [route.path];
}
