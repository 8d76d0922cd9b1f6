import { z } from 'zod';
import { entityType } from '../../review/entity-name.ts';
import type { ApiContext } from '../api-context.ts';
import { jsonBody } from '../json-body.ts';
import type { TenantRoute } from '../route.ts';

const one = z.strictObject({ entity: z.string(), id: z.string(), reviewed: z.boolean().default(true) });
const many = z.strictObject({
  entity: z.string(),
  ids: z.array(z.string()).min(1),
  reviewed: z.boolean().default(true),
});
const oneOrMany = z.union(
  [one, many],
  'send {"entity":…,"id":…} or {"entity":…,"ids":[…]}, and "reviewed" if you like',
);

/** `POST /review-request`: reviews one document or many, or takes the review back. */
export function reviewRequestRoute({ reviews }: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'POST',
    path: '/review-request',
    async handle(collection, request) {
      const body = jsonBody(request, oneOrMany);
      const type = entityType(body.entity);
      if ('id' in body) {
        return JSON.stringify(await reviews.review(collection, type, body.id, body.reviewed));
      }
      return JSON.stringify({ results: await reviews.reviewMany(collection, type, body.ids, body.reviewed) });
    },
  };
}
