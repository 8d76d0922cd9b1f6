import { WarmfhirError } from '../../errors.ts';
import { historyBundle } from '../../fhir/bundle.ts';
import type { HistoryEntry } from '../../store/document.ts';
import type { ApiContext } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import { single, unknownParameter, wholeNumber } from '../query.ts';
import type { TenantRoute } from '../route.ts';
import { etag } from './document-reply.ts';
import { PageTokens } from './page-token.ts';

const PARAMETERS = ['_count', '_page', '_format', '_pretty'];
const MOST_PER_PAGE = 1000;

/** `GET /fhir/:type/:id/_history`: all versions, newest first, deletes included. */
export function historyRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'GET',
    path: '/fhir/:type/:id/_history',
    capability: { interactions: ['history-instance'] },
    async handle(collection, request) {
      const { type, id } = request.params;
      const parameters = new URLSearchParams(request.query);
      for (const name of parameters.keys()) {
        if (!PARAMETERS.includes(name)) {
          throw new WarmfhirError('parameter-unknown', unknownParameter(name, PARAMETERS.slice(0, 1)));
        }
      }
      const limits = { least: 0, most: Number.MAX_SAFE_INTEGER, absent: MOST_PER_PAGE };
      const count = Math.min(MOST_PER_PAGE, wholeNumber(parameters, '_count', limits));
      const tokens = new PageTokens(api.store, collection, `${type}/${id}/_history?${count}`);
      const token = single(parameters, '_page');
      const before = token === undefined ? Number.MAX_SAFE_INTEGER : Number(tokens.cursor(token));

      const all = await collection.history(type!, id!);
      const from = all.findIndex(({ document }) => document.version < before);
      const shown = from < 0 ? [] : all.slice(from, from + count);
      const last = shown.at(-1);
      const base = fhirBaseUrl(api, request);
      const address = `${base}/${type}/${id}/_history`;
      const own = parameters.has('_count') ? `_count=${count}` : '';
      const at = (page?: string) => {
        const query = [own, page === undefined ? '' : `_page=${page}`]
          .filter((part) => part !== '')
          .join('&');
        return query === '' ? address : `${address}?${query}`;
      };
      const links = [{ relation: 'self', url: at(token) }];
      if (last !== undefined && last !== all.at(-1)) {
        links.push({ relation: 'next', url: at(tokens.of(String(last.document.version))) });
      }
      return historyBundle({
        links,
        total: all.length,
        entries: shown.map((entry, index) => historyEntry(base, entry, all[from + index + 1])),
      });
    },
  };
}

/** @param older the version before, which decides whether this one made the resource anew */
function historyEntry(base: string, { method, document }: HistoryEntry, older: HistoryEntry | undefined) {
  const { type, id, version, lastUpdated } = document;
  const isNew = older === undefined || older.document.deleted;
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
