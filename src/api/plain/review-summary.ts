import type { ApiContext } from '../api-context.ts';
import type { TenantRoute } from '../route.ts';

/** `GET /review-summary`: reviewed and unreviewed documents by type. */
export function reviewSummaryRoute({ reviews }: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'GET',
    path: '/review-summary',
    handle: async (collection) => JSON.stringify(await reviews.summary(collection)),
  };
}
