import type { ApiContext } from '../api-context.ts';
import { fhirBaseUrl } from '../base-url.ts';
import { jsonBytes } from '../json-body.ts';
import type { TenantRoute } from '../route.ts';
import { batchResponse } from './batch.ts';
import { transactionResponse } from './transaction.ts';

/** `POST /fhir`: a batch or a transaction. https://hl7.org/fhir/R4/http.html#transaction */
export function bundleRoute(api: ApiContext): TenantRoute {
  return {
    scope: 'tenant',
    method: 'POST',
    path: '/fhir',
    parameters: [],
    maxBodyBytes: api.maxBundleBytes,
    capability: { systemInteractions: ['batch', 'transaction'] },
    async handle(collection, request) {
      const bundle = await api.bundles.open(jsonBytes(request), [fhirBaseUrl(api, request)]);
      try {
        const { outline } = bundle;
        const answer =
          outline.type === 'batch'
            ? await batchResponse(api, bundle, outline.count, request)
            : await transactionResponse(api, collection, bundle, outline, request);
        // With a query it may have to be laid out otherwise.
        return request.query === '' ? answer : answer.toString();
      } finally {
        await bundle.release();
      }
    },
  };
}
