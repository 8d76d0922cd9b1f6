import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { CollectionTerminology } from '../collection/terminology/collection-terminology.ts';
import { SearchParameters } from '../fhir/search/search-parameters.ts';
import { SearchParser } from '../fhir/search/search-parser.ts';
import { ElementTable } from '../fhir/subset/element-table.ts';
import { R4Terminology } from '../fhir/terminology/r4-terminology.ts';
import { ValueSetExpansion } from '../fhir/terminology/value-set-expansion.ts';
import type { ApiContext, ApiRequest, ServerOptions } from './api-context.ts';
import { refuseMalformed } from './client-error.ts';
import { dispatched } from './dispatch.ts';
import { errorReply } from './error-reply.ts';
import { EventLoopLag } from './event-loop-lag.ts';
import { HttpDate } from './http-date.ts';
import { finished, type Measured, meteredHandler } from './metered-handler.ts';
import { MethodTable } from './method-table.ts';
import { refusal } from './not-found.ts';
import { discardRest, takeBodiesAsBytes } from './request-body.ts';
import { addresses, type Route } from './route.ts';
import { routeHandler } from './route-handler.ts';
import { routes } from './routes.ts';

export type { ServerOptions };

/** Time that a client has for its headers, and for its headers and body, milliseconds. */
const HEADERS_TIMEOUT_MS = 20_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** A connection on which nothing moves for so long is cut, also while a reply waits to be read. */
const SILENCE_TIMEOUT_MS = 150_000;
/** Links of searches by many ids are long. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Longer parts of an address are refused like other illegal ones, by the rule that they break. */
const MAX_PARAMETER_LENGTH = MAX_HEADER_BYTES;
/** The route that metrics count requests under which no route took. */
const NO_ROUTE = 'none';

/**
 * The HTTP server over a store, not listening yet. `close()` refuses new connections, tells the open ones to end and
 * resolves when the requests in flight are answered; what was passed in stays open.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const searchParameters = new SearchParameters();
  const r4Terminology = new R4Terminology();
  const api: ApiContext = {
    ...options,
    startedAt: options.clock.now(),
    eventLoopLag: new EventLoopLag(options.clock),
    httpDate: new HttpDate(),
    elements: new ElementTable(),
    dispatch: (inner) => dispatched(server, inner),
    searchParameters,
    searchParser: new SearchParser(searchParameters),
    terminology: ({ store }) =>
      new ValueSetExpansion(new CollectionTerminology(store, searchParameters, r4Terminology)),
  };
  api.metrics.watch(() => ({
    tenants: api.tenants.transitions(),
    openHandles: api.store.openHandles,
    eventLoopLag: api.eventLoopLag.current,
  }));
  const server: FastifyInstance = Fastify({
    bodyLimit: options.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENCE_TIMEOUT_MS,
    // A request that comes while the server closes is answered as ever, with `Connection: close`.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS },
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: MAX_PARAMETER_LENGTH,
      // Few routes look at the query: they parse it themselves.
      querystringParser: (text) => text as unknown as Record<string, unknown>,
    },
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket as Socket),
    frameworkErrors: (error, request, reply) => {
      errorReply(api, error, request as unknown as ApiRequest, reply as unknown as FastifyReply);
    },
  });
  takeBodiesAsBytes(server);
  server.addHook('preClose', async () => {
    // A connection whose last reply went out before it could say `Connection: close` would be kept open after it.
    server.server.keepAliveTimeout = 1;
  });
  server.addHook('onClose', async () => api.eventLoopLag.close());

  const table = routes(api);
  for (const route of table) addRoute(server, api, route);
  refuseTheRest(server, api, new MethodTable(table));
  return server;
}

function addRoute(server: FastifyInstance, api: ApiContext, route: Route): void {
  for (const method of route.method === 'GET' ? (['GET', 'HEAD'] as const) : [route.method]) {
    const measured = { method, route: route.path, meter: api.metrics.request(route.path, method) };
    const handler = meteredHandler(api, measured, routeHandler(api, route));
    for (const url of addresses(route)) {
      const limit = route.maxBodyBytes === undefined ? {} : { bodyLimit: route.maxBodyBytes };
      server.route({ method, url, ...limit, config: { measured }, handler: handler as never });
    }
  }
}

/** Answers what no route takes, and what fails before its route is reached, such as a body that is too large. */
function refuseTheRest(server: FastifyInstance, api: ApiContext, methods: MethodTable): void {
  const fail = (error: unknown, request: ApiRequest, reply: FastifyReply): void => {
    const { method, routeOptions } = request;
    const unmatched = { method, route: NO_ROUTE, meter: api.metrics.request(NO_ROUTE, method) };
    errorReply(api, error, request, reply);
    finished(
      api,
      (routeOptions.config as { measured?: Measured }).measured ?? unmatched,
      reply,
      performance.now(),
    );
  };
  const refuse = (request: ApiRequest, reply: FastifyReply): void => {
    const { error, allow } = refusal(api, methods, request);
    if (allow !== undefined) reply.header('allow', allow);
    fail(error, request, reply);
  };
  server.setErrorHandler((error, request, reply) => {
    if ((error as { code?: string }).code !== 'FST_ERR_CTP_BODY_TOO_LARGE')
      return fail(error, request as ApiRequest, reply);
    return discardRest(request.raw).then(() => fail(error, request as ApiRequest, reply));
  });
  server.setNotFoundHandler((request, reply) => refuse(request as ApiRequest, reply));
  for (const { path, method } of methods.captured()) {
    server.route({ method, url: path, handler: refuse as never });
  }
}
