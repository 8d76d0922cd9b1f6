import type { Capability, OperationCapability } from './capability.ts';
import { RESOURCE_TYPES } from './resource-type.ts';
import type { SearchParameters } from './search/search-parameters.ts';
import { SYSTEM_SEARCH, searchCapabilities } from './search-capability.ts';

/**
 * What the server does, for FHIR clients. See https://hl7.org/fhir/R4/capabilitystatement.html
 *
 * @param server.url the base URL of the FHIR face
 * @param server.date ISO instant
 * @param server.capabilities of all routes
 * @param server.normative leaves out the elements that are for trial use in R4
 */
export function capabilityStatement(server: {
  readonly version: string;
  readonly url: string;
  readonly date: string;
  readonly capabilities: readonly Capability[];
  readonly searchParameters: SearchParameters;
  readonly normative?: boolean;
}): object {
  const { url, capabilities, normative = false } = server;
  const search = searchCapabilities(server.searchParameters);
  const interaction = coded(capabilities.flatMap(({ interactions }) => interactions ?? []));
  const systemInteraction = coded(capabilities.flatMap(({ systemInteractions }) => systemInteractions ?? []));
  const support = Object.assign({ versioning: 'versioned' }, ...capabilities.map((one) => one.support ?? {}));
  const operations = capabilities.flatMap((capability) => capability.operations ?? []);
  const patchFormat = [...new Set(capabilities.flatMap(({ patchFormats }) => patchFormats ?? []))];
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: server.date,
    kind: 'instance',
    software: { name: 'warmfhir', version: server.version },
    implementation: {
      description: 'The collection of one tenant: its own copy of a master dataset',
      url: server.url,
    },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    ...unlessEmpty({ patchFormat }),
    rest: [
      {
        mode: 'server',
        documentation:
          'A tenant is addressed by its base URL, /tenants/<id>/fhir, or by the header X-Tenant-ID.',
        resource: RESOURCE_TYPES.map((type) => {
          const { searchParam, searchInclude, searchRevInclude } = search.get(type)!;
          const own = operations.filter(
            ({ level, types }) => level === 'resource' && (types?.includes(type) ?? true),
          );
          return {
            type,
            ...unlessEmpty({ interaction }),
            ...(normative ? {} : { ...support, ...unlessEmpty({ searchInclude, searchRevInclude }) }),
            searchParam,
            ...unlessEmpty({ operation: described(url, own) }),
          };
        }),
        ...unlessEmpty({ interaction: systemInteraction }),
        searchParam: SYSTEM_SEARCH,
        ...unlessEmpty({
          operation: described(
            url,
            operations.filter(({ level }) => level === 'system'),
          ),
        }),
      },
    ],
  };
}

function coded(codes: readonly string[]): { readonly code: string }[] {
  return [...new Set(codes)].map((code) => ({ code }));
}

/** FHIR knows no empty arrays. */
function unlessEmpty(lists: Readonly<Record<string, readonly unknown[]>>): object {
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

/** An operation of several routes is listed once. */
function described(url: string, operations: readonly OperationCapability[]): object[] {
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  return [...byName.values()].map(({ name, definition, documentation }) => ({
    name,
    definition: definition.startsWith('/') ? url + definition : definition,
    ...(documentation === undefined ? {} : { documentation }),
  }));
}
