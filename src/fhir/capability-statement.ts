import type { Capability, OperationCapability } from './capability.ts';
import { RESOURCE_TYPES } from './resource-type.ts';
import { REVIEW_SYSTEM } from './review-state.ts';

const SEARCH_PARAMETERS = [
  { name: '_id', type: 'token', documentation: 'The logical id; several with commas.' },
  { name: '_lastUpdated', type: 'date', documentation: 'When the version was written.' },
  {
    name: 'reviewed',
    type: 'token',
    documentation: `true or false: whether the resource was reviewed (${REVIEW_SYSTEM}).`,
  },
];

/**
 * What the server does, for FHIR clients. See https://hl7.org/fhir/R4/capabilitystatement.html
 *
 * @param server.url the base URL of the FHIR face
 * @param server.date ISO instant
 * @param server.capabilities of all routes
 */
export function capabilityStatement(server: {
  readonly version: string;
  readonly url: string;
  readonly date: string;
  readonly capabilities: readonly Capability[];
}): object {
  const { url, capabilities } = server;
  const codes = (list: (capability: Capability) => readonly string[] | undefined) => {
    const found = new Set(capabilities.flatMap((capability) => list(capability) ?? []));
    return [...found].map((code) => ({ code }));
  };
  const interaction = codes(({ interactions }) => interactions);
  const systemInteraction = codes(({ systemInteractions }) => systemInteractions);
  const support = Object.assign({}, ...capabilities.map((capability) => capability.support ?? {}));
  const operations = capabilities.flatMap((capability) => capability.operations ?? []);
  const systemOperations = described(
    url,
    operations.filter(({ level }) => level === 'system'),
  );
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
    rest: [
      {
        mode: 'server',
        documentation:
          'A tenant is addressed by its base URL, /tenants/<id>/fhir, or by the header X-Tenant-ID.',
        resource: RESOURCE_TYPES.map((type) => ({
          type,
          interaction,
          versioning: 'versioned',
          ...support,
          searchParam: SEARCH_PARAMETERS,
          ...described(
            url,
            operations.filter(({ level, types }) => level === 'resource' && (types?.includes(type) ?? true)),
          ),
        })),
        ...(systemInteraction.length === 0 ? {} : { interaction: systemInteraction }),
        ...systemOperations,
      },
    ],
  };
}

/** The member `operation`, or nothing: FHIR knows no empty arrays. An operation of several routes is listed once. */
function described(
  url: string,
  operations: readonly OperationCapability[],
): { readonly operation?: object[] } {
  if (operations.length === 0) return {};
  const byName = new Map(operations.map((operation) => [operation.name, operation]));
  return {
    operation: [...byName.values()].map(({ name, definition, documentation }) => ({
      name,
      definition: definition.startsWith('/') ? url + definition : definition,
      ...(documentation === undefined ? {} : { documentation }),
    })),
  };
}
