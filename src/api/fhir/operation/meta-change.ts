import type { TenantCollection } from '../../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../../errors.ts';
import { addLabels, type MetaLabels, removeLabels } from '../../../fhir/meta-labels.ts';
import { decoded, type LexicalObject, lexicalText, parseLexical } from '../../../fhir/patch/lexical-json.ts';
import type { ApiContext, ApiRequest } from '../../api-context.ts';
import { jsonBytes } from '../../json-body.ts';
import type { TenantRoute } from '../../route.ts';
import { changeResource } from '../change-resource.ts';
import { ifMatchOf } from '../if-match.ts';
import { metaOf, metaReply } from './meta.ts';

type Change = (meta: MetaLabels, labels: MetaLabels) => MetaLabels;

/**
 * `POST /fhir/:type/:id/$meta-add` and `$meta-delete`: profiles, security labels and tags of a resource, as a new version.
 * https://hl7.org/fhir/R4/resource-operation-meta-add.html
 */
export function metaChangeRoutes(api: ApiContext): readonly TenantRoute[] {
  return [metaChangeRoute(api, 'meta-add', addLabels), metaChangeRoute(api, 'meta-delete', removeLabels)];
}

function metaChangeRoute(api: ApiContext, name: string, change: Change): TenantRoute {
  const definition = `http://hl7.org/fhir/OperationDefinition/Resource-${name}`;
  return {
    scope: 'tenant',
    method: 'POST',
    path: `/fhir/:type/:id/$${name}`,
    parameters: [],
    capability: { operations: [{ name, definition, level: 'resource' }] },
    async handle(collection, request) {
      const labels = await labelsOf(api, request);
      return metaReply(await changeMeta(api, collection, request, (meta) => change(meta, labels)));
    },
  };
}

/** The labels that a request brings. Throws what the check of a body throws, and body-invalid. */
async function labelsOf(api: ApiContext, request: ApiRequest): Promise<MetaLabels> {
  const body = jsonBytes(request);
  const text = decoded(body);
  await api.check.check(body, { type: 'Parameters', id: 'parameters', assignId: true });
  const { parameter = [] } = JSON.parse(text) as {
    readonly parameter?: readonly { readonly name: string; readonly valueMeta?: MetaLabels }[];
  };
  const labels = parameter.find(({ name }) => name === 'meta')?.valueMeta;
  if (parameter.length !== 1 || labels === undefined) {
    throw new WarmfhirError(
      'body-invalid',
      'The body is a Parameters resource with one parameter "meta" (valueMeta).',
    );
  }
  return labels;
}

/** The meta that the resource has in the end. What changes nothing writes nothing. */
async function changeMeta(
  api: ApiContext,
  collection: TenantCollection,
  request: ApiRequest,
  change: (meta: MetaLabels) => MetaLabels,
): Promise<MetaLabels> {
  const { type, id } = request.params as { type: string; id: string };
  const target = { type, id, ...ifMatchOf(request) };
  const result = await changeResource(api, collection, target, async ({ json }) => {
    const resource = parseLexical(json) as LexicalObject;
    const before = lexicalText(resource.meta!);
    resource.meta = change(resource.meta as MetaLabels) as LexicalObject;
    return lexicalText(resource.meta) === before ? undefined : lexicalText(resource);
  });
  return metaOf(result.document.json);
}
