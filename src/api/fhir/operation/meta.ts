import type { TenantCollection } from '../../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../../errors.ts';
import { addLabels, type MetaLabels } from '../../../fhir/meta-labels.ts';
import { RESOURCE_TYPES } from '../../../fhir/resource-type.ts';
import type { Criterion } from '../../../fhir/search/criterion.ts';
import type { ApiContext, ApiRequest } from '../../api-context.ts';
import { hasBody, jsonBytes } from '../../json-body.ts';
import type { TenantRoute } from '../../route.ts';
import { versionNumber } from '../vread.ts';
import { operationInput } from './operation-input.ts';

/** Resources that are looked through for the labels of a type or of all types, and how long. */
const MOST_RESOURCES = 100_000;
const MOST_MS = 10_000;
const AT_ONCE = 500;

const DEFINITION = 'http://hl7.org/fhir/OperationDefinition/Resource-meta';

/**
 * `$meta` of everything, of a type, of a resource or of one of its versions.
 * https://hl7.org/fhir/R4/resource-operation-meta.html
 */
export function metaRoutes(api: ApiContext): readonly TenantRoute[] {
  const paths = [
    '/fhir/$meta',
    '/fhir/:type/$meta',
    '/fhir/:type/:id/$meta',
    '/fhir/:type/:id/_history/:version/$meta',
  ];
  return paths.flatMap((path) =>
    (['GET', 'POST'] as const).map((method) => ({
      ...({ scope: 'tenant', method, path, parameters: [] } as const),
      capability: {
        operations: [
          {
            name: 'meta',
            definition: DEFINITION,
            level: path === '/fhir/$meta' ? 'system' : 'resource',
          } as const,
        ],
      },
      handle: (collection: TenantCollection, request: ApiRequest) => meta(api, collection, request),
    })),
  );
}

/** R4 has no empty elements, and the answer has to have a meta. */
const NO_LABELS = {
  extension: [
    {
      url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
      valueCode: 'not-applicable',
    },
  ],
};

/** Meta as the answer of an operation. */
export function metaReply(meta: object): string {
  const valueMeta = Object.keys(meta).length === 0 ? NO_LABELS : meta;
  return JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta }] });
}

async function meta(api: ApiContext, collection: TenantCollection, request: ApiRequest): Promise<string> {
  requireNoInput(request);
  const { type, id, version } = request.params;
  if (id === undefined) return metaReply(await labelsInUse(api, collection, type));
  const document =
    version === undefined
      ? await collection.get(type!, id)
      : await collection.getVersion(type!, id, versionNumber(type!, id, version));
  return metaReply(metaOf(document.json));
}

/** The operation takes nothing: a Parameters resource without any is all that can be posted. */
function requireNoInput(request: ApiRequest): void {
  if (!hasBody(request)) return;
  const { resource } = operationInput(request, jsonBytes(request), []);
  if (resource !== undefined)
    throw new WarmfhirError('body-invalid', 'The operation $meta takes no resource.');
}

export function metaOf(json: string): MetaLabels {
  return (JSON.parse(json) as { readonly meta: MetaLabels }).meta;
}

/** All labels that resources of a type, or of any, have. */
async function labelsInUse(
  api: ApiContext,
  collection: TenantCollection,
  type: string | undefined,
): Promise<MetaLabels> {
  const counts = await collection.reviewCounts();
  const held = new Set(counts.map((count) => count.type));
  const types = (type === undefined ? RESOURCE_TYPES : [type]).filter((each) => held.has(each));
  if (types.length === 0) return {};
  const query = { types: types.map((each) => ({ type: each, criterion: labelled(api, each) })), sort: [] };
  let labels: MetaLabels = {};
  let seen = 0;
  const until = api.clock.now() + MOST_MS;
  let cursor: string | undefined;
  do {
    const page = await collection.search({
      ...{ ...query, count: AT_ONCE, total: 'none', includes: [] },
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { json } of page.matches) {
      const { profile = [], security = [], tag = [] } = metaOf(json);
      labels = addLabels(labels, { profile, security, tag });
    }
    seen += page.matches.length;
    if (seen > MOST_RESOURCES) {
      throw new WarmfhirError('search-too-costly', `More than ${MOST_RESOURCES} resources have labels.`);
    }
    if (api.clock.now() > until)
      throw new WarmfhirError('search-too-costly', 'Looking through all that have labels takes too long.');
    cursor = page.next;
  } while (cursor !== undefined);
  return labels;
}

function labelled(api: ApiContext, type: string): Criterion {
  const parameters = api.searchParameters.ofType(type);
  const present = (code: string, shape: 'token' | 'uri'): Criterion[] => {
    const parameter = parameters.get(code);
    return parameter === undefined ? [] : [{ kind: 'present', parameter: parameter.number, shape }];
  };
  return {
    kind: 'any',
    of: [...present('_profile', 'uri'), ...present('_security', 'token'), ...present('_tag', 'token')],
  };
}
