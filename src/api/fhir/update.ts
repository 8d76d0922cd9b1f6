import { randomUUID } from 'node:crypto';
import type { TenantCollection } from '../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../errors.ts';
import { mustBeAbsent } from '../../fhir/entity-tag.ts';
import { type ResourceContent, withId } from '../../fhir/resource-content.ts';
import type { DocumentWrite, WriteResult } from '../../store/write.ts';
import type { Criteria } from '../../transaction/transaction-plan.ts';
import type { ApiContext, ApiRequest } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import type { TenantRoute } from '../route.ts';
import { resourceBytes } from './binary-body.ts';
import { findMatches, oneMatch, untilSettled } from './criteria.ts';
import { ifMatchOf } from './if-match.ts';
import { writeReply } from './write-reply.ts';

/** `PUT /fhir/:type/:id`: replaces the resource, or makes it under the client's id. It clears a review. */
export function updateRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'PUT',
    path: '/fhir/:type/:id',
    parameters: [],
    capability: { interactions: ['update'], support: { updateCreate: true } },
    async handle(collection, request, reply) {
      const { type, id } = request.params;
      const conditions = writeConditions(request);
      const expected = { type: type!, id: id!, assignId: false };
      const content = await api.check.check(resourceBytes(request), expected);
      const [result] = await collection.write([{ kind: 'put', content, ...conditions }], api.clock.now());
      return writeReply(api, result, request, reply);
    },
  };
}

/** `PUT /fhir/:type?criteria`: replaces the one resource that matches. https://hl7.org/fhir/R4/http.html#cond-update */
export function conditionalUpdateRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'PUT',
    path: '/fhir/:type',
    capability: { support: { conditionalUpdate: true } },
    async handle(collection, request, reply) {
      const criteria = { type: request.params.type!, query: request.query };
      const newId = randomUUID();
      const expected = { type: criteria.type, id: newId, assignId: 'if-absent' } as const;
      const content = await api.check.check(resourceBytes(request), expected);
      const ownId = content.id === newId ? undefined : content.id;
      const conditions = writeConditions(request);
      const bases = [fhirBaseUrl(api, request)];
      const result = await untilSettled(() =>
        updateMatch(api, collection, criteria, { content, ownId, conditions, bases }),
      );
      return writeReply(api, result, request, reply);
    },
  };
}

type Conditions = Pick<Extract<DocumentWrite, { kind: 'put' }>, 'ifMatch' | 'ifAbsent'>;

function writeConditions(request: ApiRequest): Conditions {
  return {
    ...ifMatchOf(request),
    ...(mustBeAbsent(request.headers['if-none-match']) && { ifAbsent: true as const }),
  };
}

/** Where nothing matches the resource is made, under the id that it brings along if it brings one. */
async function updateMatch(
  api: ApiContext,
  collection: TenantCollection,
  criteria: Criteria,
  update: {
    readonly content: ResourceContent;
    readonly ownId: string | undefined;
    readonly conditions: Conditions;
    readonly bases: readonly string[];
  },
): Promise<WriteResult> {
  const { content, ownId, conditions, bases } = update;
  const matches = await findMatches(api, collection, criteria, { all: false, bases });
  const id = oneMatch(matches, criteria)?.id;
  if (id !== undefined && ownId !== undefined && ownId !== id) {
    throw new WarmfhirError(
      'resource-mismatch',
      `The criteria match ${criteria.type}/${id}, the body has the id ${ownId}.`,
    );
  }
  const write: DocumentWrite =
    id !== undefined
      ? { kind: 'put', content: withId(content, id), ...conditions }
      : ownId === undefined && conditions.ifMatch === undefined
        ? { kind: 'create', content }
        : // What has this id and does not match is not what was meant.
          { kind: 'put', content, ...conditions, ifAbsent: true };
  const [, result] = await collection.write([matches.expectation, write], api.clock.now());
  return result!;
}
