import { WarmfhirError } from '../../errors.ts';
import { capabilityStatement } from '../../fhir/capability-statement.ts';
import { terminologyCapabilities } from '../../fhir/terminology-capabilities.ts';
import type { ApiContext } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import { single } from '../query.ts';
import { tenantOf } from '../request-tenant.ts';
import type { Route, ServerRoute } from '../route.ts';
import { partAskedFor } from './document-reply.ts';
import { SUBSET_PARAMETERS } from './subset-request.ts';

const MODES = ['full', 'normative', 'terminology'] as const;

type Mode = (typeof MODES)[number];

/** Stands for the base URL in a statement that is made once for all. */
const BASE = 'urn:warmfhir:base';

/**
 * `GET /fhir/metadata`: what the server can do. It needs no tenant, warm or otherwise.
 * See https://hl7.org/fhir/R4/http.html#capabilities
 *
 * @param served all routes that speak FHIR
 */
export function metadataRoute(api: ApiContext, served: readonly Route[]): ServerRoute {
  const capabilities = served.flatMap(({ capability }) => (capability === undefined ? [] : [capability]));
  const date = new Date(api.startedAt).toISOString();
  const statements = new Map<Mode, readonly string[]>();
  const { version, searchParameters } = api;

  /** The statement's text, in pieces between which the base URL goes. */
  const pieces = (mode: Mode): readonly string[] => {
    const server = { version, url: BASE, date };
    const statement =
      mode === 'terminology'
        ? terminologyCapabilities(server)
        : capabilityStatement({
            ...server,
            capabilities,
            searchParameters,
            normative: mode === 'normative',
          });
    return JSON.stringify(statement).split(BASE);
  };

  return {
    scope: 'server',
    method: 'GET',
    path: '/fhir/metadata',
    parameters: ['mode', ...SUBSET_PARAMETERS],
    underTenant: true,
    handle(request) {
      if (request.params.tenant !== undefined) tenantOf(request);
      const mode = modeOf(request.query);
      const made = statements.get(mode) ?? pieces(mode);
      statements.set(mode, made);
      const json = made.join(JSON.stringify(fhirBaseUrl(api, request)).slice(1, -1));
      const type = mode === 'terminology' ? 'TerminologyCapabilities' : 'CapabilityStatement';
      return partAskedFor(api, { type, json }, request);
    },
  };
}

function modeOf(query: string): Mode {
  if (query === '') return 'full';
  const value = single(new URLSearchParams(query), 'mode') ?? 'full';
  const mode = MODES.find((known) => known === value);
  if (mode === undefined) {
    throw new WarmfhirError('parameter-invalid', `The parameter mode is one of ${MODES.join(', ')}.`);
  }
  return mode;
}
