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

const INTERACTIONS = ['read', 'vread', 'update', 'delete', 'history-instance', 'create', 'search-type'];

/**
 * What the server does, for FHIR clients. See https://hl7.org/fhir/R4/capabilitystatement.html
 *
 * @param server.url the base URL of the FHIR face
 * @param server.date ISO instant
 */
export function capabilityStatement(server: {
  readonly version: string;
  readonly url: string;
  readonly date: string;
}): object {
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
          interaction: INTERACTIONS.map((code) => ({ code })),
          versioning: 'versioned',
          readHistory: true,
          updateCreate: true,
          conditionalRead: 'full-support',
          searchParam: SEARCH_PARAMETERS,
          operation: [
            {
              name: 'review',
              definition: `${server.url}/OperationDefinition/review`,
              documentation:
                'POST [type]/[id]/$review marks the resource as reviewed, or takes it back with reviewed=false.',
            },
          ],
        })),
      },
    ],
  };
}
