import { WarmfhirError } from '../../errors.ts';
import { historyBundle } from '../../fhir/bundle.ts';
import { etag } from '../../fhir/entity-tag.ts';
import { parseInstantRange } from '../../fhir/last-updated.ts';
import type { HistoryEntry } from '../../store/document.ts';
import type { HistoryQuery } from '../../store/history.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import { single, wholeNumber } from '../query.ts';
import type { TenantRoute } from '../route.ts';
import { PageTokens } from './page-token.ts';

const SELECTING = ['_since', '_at', '_count'] as const;
const PARAMETERS: readonly string[] = [...SELECTING, '_page'];
const DEFAULT_PER_PAGE = 100;
const MOST_PER_PAGE = 1000;
/** An instant has a time zone; coarser dates stand for their first instant. */
const DATE = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/**
 * `GET /fhir/:type/:id/_history`, `/fhir/:type/_history` and `/fhir/_history`: versions, newest first, deletes included.
 * https://hl7.org/fhir/R4/http.html#history
 */
export function historyRoutes(api: ApiContext): readonly TenantRoute[] {
  return [
    historyRoute(api, '/fhir/:type/:id/_history', { interactions: ['history-instance'] }),
    historyRoute(api, '/fhir/:type/_history', { interactions: ['history-type'] }),
    historyRoute(api, '/fhir/_history', { systemInteractions: ['history-system'] }),
  ];
}

function historyRoute(
  api: ApiContext,
  path: string,
  capability: NonNullable<TenantRoute['capability']>,
): TenantRoute {
  return {
    scope: 'tenant',
    method: 'GET',
    path,
    parameters: PARAMETERS,
    capability,
    async handle(collection, request) {
      const parameters = new URLSearchParams(request.query);
      const query = historyQuery(request, parameters);
      const place = [query.type, query.id, '_history'].filter((part) => part !== undefined).join('/');
      const own = new URLSearchParams(SELECTING.flatMap((name) => given(parameters, name))).toString();
      const tokens = new PageTokens(api.store, collection, `${place}?${own}`);
      const token = single(parameters, '_page');
      const cursor = token === undefined ? {} : { cursor: tokens.cursor(token) };

      const { entries, total, next } = await collection.history({ ...query, ...cursor });
      const base = fhirBaseUrl(api, request);
      const at = (page?: string) => {
        const parts = [own, page === undefined ? '' : `_page=${page}`].filter((part) => part !== '');
        return parts.length === 0 ? `${base}/${place}` : `${base}/${place}?${parts.join('&')}`;
      };
      const links = [{ relation: 'self', url: at(token) }];
      if (query.count > 0) links.push({ relation: 'first', url: at() });
      if (next !== undefined) links.push({ relation: 'next', url: at(tokens.of(next)) });
      return historyBundle({ links, total, entries: entries.map((entry) => historyEntry(base, entry)) });
    },
  };
}

function given(parameters: URLSearchParams, name: string): [string, string][] {
  const value = parameters.get(name);
  return value === null ? [] : [[name, value]];
}

/** Throws parameter-invalid. */
function historyQuery({ params }: ApiRequest, parameters: URLSearchParams): HistoryQuery {
  const limits = { least: 0, most: Number.MAX_SAFE_INTEGER, absent: DEFAULT_PER_PAGE };
  const since = range(parameters, '_since')?.from;
  const at = range(parameters, '_at');
  return {
    ...(params.type === undefined ? {} : { type: params.type }),
    ...(params.id === undefined ? {} : { id: params.id }),
    ...(since === undefined ? {} : { since }),
    ...(at === undefined ? {} : { at }),
    count: Math.min(MOST_PER_PAGE, wholeNumber(parameters, '_count', limits)),
  };
}

function range(parameters: URLSearchParams, name: string): ReturnType<typeof parseInstantRange> | undefined {
  // A plus sign in a query stands for a space, and time zones have it.
  const value = single(parameters, name)?.replace(' ', '+');
  if (value === undefined) return undefined;
  if (!DATE.test(value)) {
    throw new WarmfhirError('parameter-invalid', `The parameter ${name} is a date or an instant.`);
  }
  return parseInstantRange(value);
}

function historyEntry(base: string, { method, isNew, document }: HistoryEntry) {
  const { type, id, version, lastUpdated } = document;
  return {
    fullUrl: `${base}/${type}/${id}`,
    ...(document.deleted ? {} : { json: document.json }),
    method,
    url: method === 'POST' ? type : `${type}/${id}`,
    status: method === 'DELETE' ? '204 No Content' : isNew ? '201 Created' : '200 OK',
    etag: etag(version),
    lastModified: new Date(lastUpdated).toISOString(),
  };
}
