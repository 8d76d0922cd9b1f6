import { z } from 'zod';
import { REVIEW_DEFINITION } from '../../fhir/review-definition.ts';
import type { ApiContext } from '../api-context.ts';
import { hasBody, jsonBody } from '../json-body.ts';
import type { TenantRoute } from '../route.ts';
import { setVersionHeaders } from './document-reply.ts';
import { ifMatchOf } from './if-match.ts';

const parametersBody = z.strictObject({
  resourceType: z.literal('Parameters'),
  parameter: z
    .array(z.strictObject({ name: z.literal('reviewed'), valueBoolean: z.boolean() }))
    .max(1)
    .default([]),
});
const plainBody = z.strictObject({ reviewed: z.boolean().default(true) });
const reviewBody = z.union(
  [parametersBody, plainBody],
  'send a Parameters resource with one parameter "reviewed" (valueBoolean), or {"reviewed":false}',
);

/** `POST /fhir/:type/:id/$review`: reviews the resource, or takes the review back, and answers the resource. */
export function reviewRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'POST',
    path: '/fhir/:type/:id/$review',
    parameters: [],
    capability: {
      operations: [
        {
          name: 'review',
          definition: REVIEW_DEFINITION,
          documentation:
            'POST [type]/[id]/$review marks the resource as reviewed, or takes it back with reviewed=false.',
          level: 'resource',
        },
      ],
    },
    async handle(collection, request, reply) {
      const { type, id } = request.params;
      const reviewed = hasBody(request) ? isReviewed(jsonBody(request, reviewBody)) : true;
      const document = await api.reviews.reviewDocument(collection, type!, id!, {
        reviewed,
        ...ifMatchOf(request),
      });
      setVersionHeaders(api, reply, document);
      return document.json;
    },
  };
}

function isReviewed(body: z.infer<typeof reviewBody>): boolean {
  return 'parameter' in body ? (body.parameter[0]?.valueBoolean ?? true) : body.reviewed;
}
