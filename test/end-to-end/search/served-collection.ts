import { expect } from 'vitest';
import { type Answer, RunningServer, type Sent } from '../../api/running-server.ts';
import type { Engine, Installation } from '../../conformance/engine.ts';
import { postgres } from '../../conformance/postgres-engine.ts';
import { sqlite } from '../../conformance/sqlite-engine.ts';
import { MAKINGS, type Making, type Resource } from './collections.ts';

/** Every making of the collection on every engine. */
export const SERVED = [sqlite, postgres].flatMap((engine) =>
  MAKINGS.map((making) => ({ engine, making, on: engine.name, how: making.name })),
);

export interface Bundle {
  readonly total?: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly {
    readonly fullUrl: string;
    readonly resource: Resource;
    readonly search: { readonly mode: string };
  }[];
}

export const ids = ({ entry = [] }: Bundle) => entry.map(({ resource }) => resource.id);
export const link = (bundle: Bundle, relation: string) =>
  bundle.link.find((one) => one.relation === relation)?.url;

/** A server on an engine with the collection that is searched, made for the tenant `acme` in one of the ways. */
export class ServedCollection {
  readonly #running: RunningServer;
  readonly #installation: Installation;

  private constructor(running: RunningServer, installation: Installation) {
    this.#running = running;
    this.#installation = installation;
  }

  static async start(engine: Engine, { master, removed, written }: Making): Promise<ServedCollection> {
    const installation = await engine.install();
    const running = new RunningServer({ store: await installation.open() });
    const served = new ServedCollection(running, installation);
    await running.start(master, 'acme', 'birch');
    for (const { resourceType, id } of removed) {
      await served.#write('DELETE', `${resourceType}/${id}`);
    }
    for (const resource of written) {
      await served.#write('PUT', `${resource.resourceType}/${resource.id}`, resource);
    }
    return served;
  }

  /** The base URL of the tenant. */
  get base(): string {
    return `${this.#running.url}/tenants/acme/fhir`;
  }

  /** A request below the base URL, or to an absolute one. */
  send(path: string, sent: Sent = {}): Promise<Answer> {
    const separator = path === '' || path.startsWith('?') ? '' : '/';
    return this.#running.send(path.startsWith('http') ? path : `${this.base}${separator}${path}`, sent);
  }

  /** A posted search. */
  post(path: string, form: string): Promise<Answer> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return this.send(path, { method: 'POST', headers, body: form });
  }

  async stop(): Promise<void> {
    await this.#running.stop();
    await this.#installation.dispose();
  }

  async #write(method: string, path: string, body?: object): Promise<void> {
    const { status, text } = await this.send(path, { method, ...(body !== undefined && { body }) });
    expect([200, 201, 204], text).toContain(status);
  }
}
