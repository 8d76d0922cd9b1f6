import type { TenantCollection } from '../../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../../errors.ts';
import { Compartment } from '../../../fhir/compartment/compartment.ts';
import type { Criterion, RangeTest } from '../../../fhir/search/criterion.ts';
import type { StoredDocument } from '../../../store/document.ts';
import type { SearchQuery } from '../../../store/search.ts';
import type { ApiContext, ApiRequest } from '../../api-context.ts';
import { fhirBaseUrl } from '../../base-url.ts';
import type { TenantRoute } from '../../route.ts';
import { SubsetRequest } from '../subset-request.ts';
import { type EverythingRequest, everythingRequest } from './everything-request.ts';
import { searchAnswer } from './search-answer.ts';
import { notShownBefore } from './shown-before.ts';

/** Types with the operation; the compartment that it gives, and whether all of them can be asked for at once. */
const OPERATIONS: ReadonlyMap<string, { readonly compartment: string; readonly ofAll: boolean }> = new Map([
  ['Encounter', { compartment: 'Encounter', ofAll: false }],
  ['Group', { compartment: 'Patient', ofAll: false }],
  ['Patient', { compartment: 'Patient', ofAll: true }],
]);

/**
 * `GET` and `POST /fhir/:type/:id/$everything`, and `/fhir/:type/$everything` for all patients: a compartment, with what
 * its resources refer to. https://hl7.org/fhir/R4/patient-operation-everything.html
 */
export function everythingRoutes(api: ApiContext): readonly TenantRoute[] {
  const operations = [...OPERATIONS.keys()].map((type) => ({
    name: 'everything',
    definition: `http://hl7.org/fhir/OperationDefinition/${type}-everything`,
    level: 'resource' as const,
    types: [type],
  }));
  return ['/fhir/:type/:id/$everything', '/fhir/:type/$everything'].flatMap((path) =>
    (['GET', 'POST'] as const).map((method) => ({
      scope: 'tenant',
      method,
      path,
      capability: { operations },
      handle: (collection, request) => everything(api, collection, request),
    })),
  );
}

async function everything(
  api: ApiContext,
  collection: TenantCollection,
  request: ApiRequest,
): Promise<string> {
  const { type, id } = request.params;
  const operation = OPERATIONS.get(type!);
  if (operation === undefined || (id === undefined && !operation.ofAll)) {
    const called = id === undefined ? `All resources of type ${type}` : `A resource of type ${type}`;
    throw new WarmfhirError('route-not-found', `${called} cannot be asked for $everything.`);
  }
  const compartment = Compartment.of(operation.compartment, api.searchParameters)!;
  const ids = id === undefined ? undefined : await idsOf(collection, type!, id);
  const asked = everythingRequest(request, api);
  const { sent, parameters, ignored, count } = asked;
  const searched = compartment.types.filter((one) => asked.types?.has(one) ?? true);
  const base = fhirBaseUrl(api, request);
  const types = searched.flatMap((one) => {
    const within = compartment.criterion(one, { ...(ids && { ids }), bases: [base] });
    return within === undefined ? [] : [{ type: one, criterion: narrowed(compartment, one, within, asked) }];
  });
  if (type === 'Group' && (asked.types?.has('Group') ?? true)) addGroup(types, id!);
  const inCompartment = new Set(compartment.types);
  const query: SearchQuery = {
    types,
    sort: [],
    count,
    total: count === 0 ? 'accurate' : 'if-cheap',
    includes: types.flatMap((one) => {
      const numbers = compartment.references(one.type);
      if (numbers.length === 0) return [];
      return [{ direction: 'include', source: one.type, parameters: numbers, iterate: false }];
    }),
  };
  // What belongs to the compartment is there by itself, on this page or another.
  const isOutside = (included: StoredDocument) =>
    !inCompartment.has(included.type) && (asked.types === undefined || asked.types.has(included.type));
  return searchAnswer(api, collection, sent, {
    base,
    path: `${type}${id === undefined ? '' : `/${id}`}/$everything`,
    parameters,
    query,
    subset: new SubsetRequest({ summary: [], elements: [], types: [], table: api.elements }),
    ignored,
    shown: (page) =>
      notShownBefore(
        collection,
        { query, parameters: api.searchParameters },
        page,
        page.included.filter(isOutside),
      ),
  });
}

/** The ids of the resources whose compartments are asked for. Throws `resource-not-found`, `resource-gone`. */
async function idsOf(collection: TenantCollection, type: string, id: string): Promise<readonly string[]> {
  const { json } = await collection.get(type, id);
  if (type !== 'Group') return [id];
  const { member = [] } = JSON.parse(json) as { member?: { entity?: { reference?: string } }[] };
  return member.flatMap(({ entity }) => /^Patient\/([^/]+)/.exec(entity?.reference ?? '')?.[1] ?? []);
}

function narrowed(
  compartment: Compartment,
  type: string,
  within: Criterion,
  { since, careDates }: EverythingRequest,
): Criterion {
  const of: Criterion[] = [within];
  if (since !== undefined) {
    const test: RangeTest = { kind: 'range', comparison: 'ge', from: since, until: since + 1 };
    of.push({ kind: 'last-updated', test });
  }
  const inRange = careDates === undefined ? undefined : compartment.inCareDates(type, careDates);
  if (inRange !== undefined) of.push(inRange);
  return of.length === 1 ? within : { kind: 'all', of };
}

/** The Group itself, beside the groups that its members are in. */
function addGroup(types: { type: string; criterion: Criterion }[], id: string): void {
  const itself: Criterion = { kind: 'id', ids: [id] };
  const groups = types.find(({ type }) => type === 'Group');
  if (groups === undefined) types.push({ type: 'Group', criterion: itself });
  else groups.criterion = { kind: 'any', of: [itself, groups.criterion] };
}
