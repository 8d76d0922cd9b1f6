import { WarmfhirError } from '../../errors.ts';
import type { ListQuery } from '../../store/list.ts';
import { truth, unknownParameter, wholeNumber } from '../query.ts';
import type { TenantRoute } from '../route.ts';
import { entity } from './entity.ts';

const PARAMETERS = ['count', 'page', 'reviewed'];
const MOST_PER_PAGE = 1000;
const DEFAULT_PER_PAGE = 100;
/** Keeps page · count an exact number. */
const LAST_PAGE = 1_000_000_000;

/** `GET /encounters` and its like: pages by number, in order of first appearance. */
export function entityListRoute(path: string, type: string): TenantRoute {
  return {
    scope: 'tenant',
    method: 'GET',
    path,
    async handle(collection, request) {
      const query = listQuery(type, request.query);
      const { documents, totalItems } = await collection.list(query);
      const { page, count } = query;
      const pagination = { page, count, totalItems, hasNext: page * count < totalItems };
      return `{"data":[${documents.map(entity).join(',')}],"pagination":${JSON.stringify(pagination)}}`;
    },
  };
}

function listQuery(type: string, query: string): ListQuery {
  const parameters = new URLSearchParams(query);
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw new WarmfhirError('parameter-unknown', unknownParameter(name, PARAMETERS));
    }
  }
  const count = wholeNumber(parameters, 'count', { least: 1, most: MOST_PER_PAGE, absent: DEFAULT_PER_PAGE });
  const page = wholeNumber(parameters, 'page', { least: 1, most: LAST_PAGE, absent: 1 });
  const reviewed = truth(parameters, 'reviewed');
  return { type, count, page, ...(reviewed === undefined ? {} : { reviewed }) };
}
