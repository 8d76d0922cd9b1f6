import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createServer, type ServerOptions } from '../../src/api/server.ts';
import { Ingestion } from '../../src/collection/ingestion.ts';
import { TenantCollectionManager } from '../../src/collection/tenant-collection-manager.ts';
import { parseResource } from '../../src/fhir/parse-resource.ts';
import { ThreadedPatcher } from '../../src/fhir/patch/threaded-patcher.ts';
import { Extraction } from '../../src/fhir/search/extraction.ts';
import { ThreadedResourceCheck } from '../../src/fhir/threaded-resource-check.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { PrometheusMetrics } from '../../src/metrics/prometheus/prometheus-metrics.ts';
import { ReviewService } from '../../src/review/review.ts';
import type { Store } from '../../src/store/store.ts';
import { TenantManager, type TenantManagerOptions } from '../../src/tenant/tenant-manager.ts';
import { ThreadedRequestBundles } from '../../src/transaction/threaded-request-bundles.ts';
import { ManualClock } from '../manual-clock.ts';
import { newStore } from './prepared-stores.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

export interface Sent {
  readonly method?: string;
  readonly tenant?: string;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, in the FHIR type below `/fhir`. */
  readonly body?: string | Uint8Array | object;
}

/**
 * A whole server on a store of its own, embedded in a temporary folder unless another is given; its clock is in the
 * test's hand.
 */
export class RunningServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'warmfhir-api-'));
  readonly clock = new ManualClock();
  readonly metrics = new PrometheusMetrics();
  readonly check = new ThreadedResourceCheck();
  readonly patcher = new ThreadedPatcher();
  readonly bundles = new ThreadedRequestBundles();
  readonly store: Store;
  readonly collections: TenantCollectionManager;
  readonly tenants: TenantManager;
  readonly server: FastifyInstance;
  #url = '';

  constructor(options: Partial<ServerOptions & TenantManagerOptions> = {}) {
    const log: Log = options.log ?? silentLog;
    const { clock, metrics } = this;
    const store = options.store ?? newStore(this.folder);
    this.store = store;
    this.collections = new TenantCollectionManager({ store, clock, log });
    this.tenants = new TenantManager({
      store,
      collections: this.collections,
      clock,
      log,
      metrics,
      idleTimeoutMs: 30 * 60_000,
      maxWarm: 100,
      autoWarm: false,
      ...options,
    });
    this.server = createServer({
      store,
      collections: this.collections,
      tenants: this.tenants,
      reviews: new ReviewService({ clock, metrics }),
      check: this.check,
      patcher: this.patcher,
      bundles: this.bundles,
      ingestion: new Ingestion({ generations: store.generations, clock }),
      clock,
      log,
      metrics,
      maxBodyBytes: 1_000_000,
      maxBundleBytes: 100_000_000,
      version: '1.2.3',
      ...options,
    });
  }

  /** Seals a generation of these resources. */
  async ingest(resources: readonly object[]): Promise<void> {
    const ingestion = new Ingestion({ generations: this.store.generations, clock: this.clock });
    await ingestion.checkAndSetIngestionStatus({ force: true });
    const extraction = new Extraction();
    const build = await this.store.generations.build('test', this.clock.now());
    await build.write({
      stream: 0,
      documents: resources.map((resource, position) => ({
        content: {
          ...parseResource(JSON.stringify(resource)).content,
          indexed: extraction.indexedValues(resource as Record<string, unknown>),
        },
        sourceUpdated: null,
        position,
        pending: false,
        origin: null,
      })),
      conditionalCreates: [],
      rejects: [],
      checkpoint: '',
    });
    await ingestion.setIngestionComplete(build, 'Ingested.');
  }

  async listen(): Promise<this> {
    await this.server.listen({ host: '127.0.0.1', port: 0 });
    this.#url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  /** Ingests, opens the master, listens and warms tenants. */
  async start(resources: readonly object[], ...tenants: readonly string[]): Promise<this> {
    await this.ingest(resources);
    await this.collections.waitForFhirIngestion(new AbortController().signal);
    this.tenants.start();
    await this.listen();
    for (const tenant of tenants) await this.tenants.warmUp(tenant);
    return this;
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  get url(): string {
    return this.#url;
  }

  /** Sends a request by `fetch`. */
  async send(path: string, sent: Sent = {}): Promise<Answer> {
    const isJson = typeof sent.body === 'object' && !(sent.body instanceof Uint8Array);
    const type = /(^|\/)fhir\//.test(path) ? 'application/fhir+json' : 'application/json';
    const response = await fetch(path.startsWith('http') ? path : this.#url + path, {
      method: sent.method ?? (sent.body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(sent.tenant === undefined ? {} : { 'x-tenant-id': sent.tenant }),
        ...(isJson ? { 'content-type': type } : {}),
        ...sent.headers,
      },
      ...(sent.body === undefined
        ? {}
        : { body: isJson ? JSON.stringify(sent.body) : (sent.body as string | Uint8Array<ArrayBuffer>) }),
    });
    const text = await response.text();
    return answer(response.status, response.headers, text);
  }

  /** Sends a request whose path is not tidied up on the way, as `fetch` does with dots. */
  sendAsIs(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({ port: this.port, path, headers, method }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve(
            answer(response.statusCode!, new Headers(response.headers as Record<string, string>), text),
          ),
        );
      });
      request.on('error', reject);
      request.end();
    });
  }

  /** Sends bytes on a connection of their own; everything that comes back until it is closed. */
  sendBytes(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(bytes));
      let text = '';
      socket.setEncoding('utf8');
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.tenants.close();
    await this.check.close();
    await this.patcher.close();
    await this.bundles.close();
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function answer(status: number, headers: Headers, text: string): Answer {
  return {
    status,
    headers,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}
