import type { FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import type { Ingestion } from '../collection/ingestion.ts';
import type { TenantCollection } from '../collection/tenant-collection.ts';
import type { TenantCollectionManager } from '../collection/tenant-collection-manager.ts';
import type { Patcher } from '../fhir/patch/patch.ts';
import type { ResourceCheck } from '../fhir/resource-check.ts';
import type { SearchParameters } from '../fhir/search/search-parameters.ts';
import type { SearchParser } from '../fhir/search/search-parser.ts';
import type { Terminology } from '../fhir/search/terminology.ts';
import type { ElementTable } from '../fhir/subset/element-table.ts';
import type { Log } from '../log.ts';
import type { Metrics, MetricsPeers } from '../metrics/metrics.ts';
import type { ReviewService } from '../review/review.ts';
import type { Store } from '../store/store.ts';
import type { TenantManager } from '../tenant/tenant-manager.ts';
import type { RequestBundles } from '../transaction/request-bundles.ts';
import type { InnerReply, InnerRequest } from './dispatch.ts';
import type { EventLoopLag } from './event-loop-lag.ts';
import type { HttpDate } from './http-date.ts';

export interface ServerOptions {
  readonly store: Store;
  readonly collections: TenantCollectionManager;
  readonly tenants: TenantManager;
  readonly reviews: ReviewService;
  readonly check: ResourceCheck;
  readonly patcher: Patcher;
  readonly bundles: RequestBundles;
  readonly ingestion: Ingestion;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Present where several processes answer at one address. */
  readonly metricsPeers?: MetricsPeers;
  /** Larger bodies are refused with 413. */
  readonly maxBodyBytes: number;
  /** The same for Bundles that are sent to the base. */
  readonly maxBundleBytes: number;
  /** Of the product, as clients see it. */
  readonly version: string;
  /** Where clients reach the server, without a slash at the end; absent: what their Host header says. */
  readonly publicUrl?: string;
}

/** What the handlers of all routes share. */
export interface ApiContext extends ServerOptions {
  readonly startedAt: number;
  readonly eventLoopLag: EventLoopLag;
  readonly httpDate: HttpDate;
  readonly elements: ElementTable;
  readonly searchParameters: SearchParameters;
  /** Answers a request that is part of another one, such as an entry of a batch. */
  readonly dispatch: (request: InnerRequest) => Promise<InnerReply>;
  readonly searchParser: SearchParser;
  /** What the value sets and code systems of a collection say. */
  readonly terminology: (collection: TenantCollection) => Terminology;
}

/** Parts of an address that routes name, decoded. */
export interface AddressParts {
  readonly tenant?: string;
  readonly type?: string;
  readonly id?: string;
  readonly version?: string;
  /** Of a compartment: a resource type, or `*`. */
  readonly member?: string;
}

export type ApiRequest = FastifyRequest<{
  Params: AddressParts;
  /** As it was sent, without the question mark. */
  Querystring: string;
  Body: Buffer | undefined;
}>;
