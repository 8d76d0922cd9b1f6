import { randomUUID } from 'node:crypto';
import type { TenantCollection } from '../../../collection/tenant-collection.ts';
import { WarmfhirError } from '../../../errors.ts';
import { type OutcomeIssue, operationOutcome, outcomeOfError } from '../../../fhir/outcome.ts';
import { shown } from '../../../fhir/parse-resource.ts';
import type { ExpectedResource } from '../../../fhir/resource-check.ts';
import type { ApiContext, ApiRequest } from '../../api-context.ts';
import { hasBody, jsonBytes } from '../../json-body.ts';
import type { TenantRoute } from '../../route.ts';
import { operationInput } from './operation-input.ts';

const PARAMETERS = ['mode', 'profile'];
const MODES: ReadonlySet<string> = new Set(['create', 'update', 'delete', 'profile']);
/** What a resource can have wrong about it, beside what is wrong with the request. */
const FINDINGS: ReadonlySet<string> = new Set([
  'resource-invalid',
  'resource-mismatch',
  'resource-id-invalid',
]);

const CAPABILITY = {
  operations: [
    {
      name: 'validate',
      definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
      documentation: 'Structure, cardinality and data types; not invariants, bindings and profiles.',
      level: 'resource',
    },
  ],
} as const;

/**
 * `$validate` on a type or an instance: 200 with an OperationOutcome, whatever it says of the resource.
 * https://hl7.org/fhir/R4/resource-operation-validate.html
 */
export function validateRoutes(api: ApiContext): readonly TenantRoute[] {
  const paths = ['/fhir/:type/$validate', '/fhir/:type/:id/$validate'];
  return paths.flatMap((path) =>
    (['GET', 'POST'] as const).map((method) => ({
      ...({ scope: 'tenant', method, path, parameters: PARAMETERS, capability: CAPABILITY } as const),
      handle: (collection: TenantCollection, request: ApiRequest) => validate(api, collection, request),
    })),
  );
}

async function validate(api: ApiContext, collection: TenantCollection, request: ApiRequest): Promise<string> {
  const { type, id } = request.params as { type: string; id?: string };
  const input = operationInput(request, hasBody(request) ? jsonBytes(request) : undefined, [
    'resource',
    ...PARAMETERS,
  ]);
  const mode = input.value('mode');
  if (mode !== undefined && !MODES.has(mode)) {
    throw new WarmfhirError(
      'parameter-invalid',
      `The mode ${shown(mode)} is none of ${[...MODES].join(', ')}.`,
    );
  }
  const issues: OutcomeIssue[] = [];
  if (input.value('profile') !== undefined || mode === 'profile') {
    issues.push({ code: 'not-supported', diagnostics: 'The server does not validate against profiles.' });
  }
  if (mode === 'delete') {
    if (id === undefined) {
      throw new WarmfhirError(
        'body-invalid',
        'What would be deleted is named by its address: [type]/[id]/$validate.',
      );
    }
    await collection.get(type, id);
    return outcome(issues, `${type}/${id} can be deleted.`);
  }
  const resource = input.resource ?? (id === undefined ? undefined : await stored(collection, type, id));
  if (resource === undefined) throw new WarmfhirError('body-invalid', 'There is no resource to validate.');
  try {
    await api.check.check(resource, expected(type, id, mode));
  } catch (error) {
    if (!(error instanceof WarmfhirError) || !FINDINGS.has(error.code)) throw error;
    return outcomeOfError(error);
  }
  return outcome(issues, 'The resource has the structure that R4 gives its type.');
}

/** The id of an update has to be right; elsewhere it means nothing. */
function expected(type: string, id: string | undefined, mode: string | undefined): ExpectedResource {
  if (id !== undefined)
    return { type, id, assignId: mode === 'update' ? false : mode === 'create' || 'if-absent' };
  return { type, id: randomUUID(), assignId: mode === 'update' ? 'if-absent' : true };
}

async function stored(collection: TenantCollection, type: string, id: string): Promise<Buffer> {
  return Buffer.from((await collection.get(type, id)).json);
}

function outcome(issues: readonly OutcomeIssue[], diagnostics: string): string {
  if (issues.length > 0) return operationOutcome(...issues);
  return operationOutcome({ severity: 'information', code: 'informational', diagnostics });
}
