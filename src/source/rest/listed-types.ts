import { WarmfhirError } from '../../errors.ts';
import { isResourceType } from '../../fhir/resource-type.ts';

interface ListedResource {
  readonly type?: unknown;
  readonly interaction?: readonly { readonly code?: unknown }[];
}

/**
 * The resource types that can be searched according to a CapabilityStatement, by name; all that it lists when it says
 * nothing about interactions. Throws `ingest-source-invalid` when the text is not a CapabilityStatement or lists none.
 */
export function listedTypes(text: Uint8Array, server: string): readonly string[] {
  let statement: {
    resourceType?: unknown;
    rest?: readonly { mode?: unknown; resource?: readonly ListedResource[] }[];
  };
  try {
    statement = JSON.parse(Buffer.from(text).toString());
  } catch {
    statement = {};
  }
  if (statement?.resourceType !== 'CapabilityStatement') {
    throw new WarmfhirError(
      'ingest-source-invalid',
      `${server}/metadata is not a CapabilityStatement: is this the base URL of a FHIR server?`,
    );
  }
  const rest = statement.rest?.find(({ mode }) => mode === 'server') ?? statement.rest?.[0];
  const resources = rest?.resource ?? [];
  const silent = resources.every(({ interaction }) => interaction === undefined || interaction.length === 0);
  const types = resources
    .filter(({ interaction }) => silent || interaction?.some(({ code }) => code === 'search-type'))
    .map(({ type }) => type)
    .filter((type): type is string => typeof type === 'string' && isResourceType(type));
  if (types.length > 0) return [...new Set(types)].sort();
  throw new WarmfhirError('ingest-source-invalid', `${server} lists no resource type that can be searched.`);
}
