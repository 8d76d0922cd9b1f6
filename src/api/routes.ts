import type { ApiContext } from './api-context.ts';
import { bundleRoute } from './fhir/bundle.ts';
import { createRoute } from './fhir/create.ts';
import { conditionalDeleteRoute, deleteRoute } from './fhir/delete.ts';
import { historyRoutes } from './fhir/history.ts';
import { metadataRoute } from './fhir/metadata.ts';
import { metaRoutes } from './fhir/operation/meta.ts';
import { metaChangeRoutes } from './fhir/operation/meta-change.ts';
import { validateRoutes } from './fhir/operation/validate.ts';
import { conditionalPatchRoute, patchRoute } from './fhir/patch.ts';
import { readRoute } from './fhir/read.ts';
import { reviewRoute } from './fhir/review.ts';
import { reviewDefinitionRoute } from './fhir/review-definition.ts';
import { compartmentSearchRoutes } from './fhir/search/compartment-search.ts';
import { everythingRoutes } from './fhir/search/everything.ts';
import { typeSearchRoutes } from './fhir/search/one-type-search.ts';
import { systemSearchRoutes } from './fhir/search/system-search.ts';
import { conditionalUpdateRoute, updateRoute } from './fhir/update.ts';
import { vreadRoute } from './fhir/vread.ts';
import { allGoodRoute } from './open/all-good.ts';
import { healthRoute } from './open/health.ts';
import { helloRoute } from './open/hello.ts';
import { metricsRoute } from './open/metrics.ts';
import { entityListRoute } from './plain/entity-list.ts';
import { entityReadRoute } from './plain/entity-read.ts';
import { reviewRequestRoute } from './plain/review-request.ts';
import { reviewSummaryRoute } from './plain/review-summary.ts';
import type { Route } from './route.ts';
import { coolDownRoute } from './tenants/cool-down.ts';
import { tenantListRoute } from './tenants/tenant-list.ts';
import { tenantStatusRoute } from './tenants/tenant-status.ts';
import { warmUpRoute } from './tenants/warm-up.ts';

/** The types that the plain face lists, by path. */
const ENTITY_PATHS = [
  ['/encounters', 'Encounter'],
  ['/patients', 'Patient'],
  ['/practitioners', 'Practitioner'],
] as const;

/** Everything that the server answers. */
export function routes(api: ApiContext): readonly Route[] {
  const fhir = fhirRoutes(api);
  return [
    helloRoute(api),
    allGoodRoute(api),
    healthRoute(api),
    metricsRoute(api),

    warmUpRoute(api),
    coolDownRoute(api),
    tenantStatusRoute(api),
    tenantListRoute(api),

    ...ENTITY_PATHS.flatMap(([path, type]) => [entityListRoute(path, type), entityReadRoute(path, type)]),
    reviewRequestRoute(api),
    reviewSummaryRoute(api),

    metadataRoute(api, fhir),
    reviewDefinitionRoute(api),
    ...fhir,
  ];
}

/** The FHIR face, as the CapabilityStatement describes it. */
function fhirRoutes(api: ApiContext): readonly Route[] {
  return [
    bundleRoute(api),
    readRoute(api),
    vreadRoute(api),
    ...historyRoutes(api),
    createRoute(api),
    updateRoute(api),
    conditionalUpdateRoute(api),
    patchRoute(api),
    conditionalPatchRoute(api),
    deleteRoute(api),
    conditionalDeleteRoute(api),
    ...typeSearchRoutes(api),
    ...systemSearchRoutes(api),
    ...compartmentSearchRoutes(api),
    ...everythingRoutes(api),
    reviewRoute(api),
    ...validateRoutes(api),
    ...metaRoutes(api),
    ...metaChangeRoutes(api),
  ];
}
