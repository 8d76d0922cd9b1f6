import { WarmfhirError } from '../errors.ts';
import type { ApiContext, ApiRequest } from './api-context.ts';
import type { MethodTable } from './method-table.ts';
import { requireReady } from './route-handler.ts';

/**
 * What an address and method come to that no route takes: `ingestion-not-ready`, `method-not-allowed`, whose `allow`
 * is then set, or `route-not-found`.
 */
export function refusal(
  api: ApiContext,
  methods: MethodTable,
  request: ApiRequest,
): { readonly error: unknown; readonly allow?: string } {
  try {
    requireReady(api);
  } catch (error) {
    return { error };
  }
  const address = request.url.split('?', 1)[0]!;
  const allowed = methods.allowed(address);
  if (allowed === undefined) return { error: new WarmfhirError('route-not-found') };
  const allow = allowed.join(', ');
  return { error: new WarmfhirError('method-not-allowed', `This address takes ${allow}.`), allow };
}
