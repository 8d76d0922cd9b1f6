import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../src/sample/random.ts';
import { type Acknowledged, DocumentRecord, type Unanswered } from './acknowledged.ts';
import type { CrashReport } from './ingest-rounds.ts';
import { Killable } from './killable.ts';

const TENANTS = ['acme', 'birch', 'cedar', 'dogwood'];
const CLIENTS_PER_TENANT = 3;
const DOCUMENTS_PER_CLIENT = 4;
const FHIR = { 'Content-Type': 'application/fhir+json' };

/**
 * Kills `serve` at random moments while clients write to several tenants, `kills` times. After each restart every
 * document has to be what was acknowledged last, or what the one unanswered write would have made of it; and every
 * acknowledged version has to be in its history.
 */
export async function crashServe(
  source: string,
  kills: number,
  random: Random,
  workers = 1,
): Promise<CrashReport> {
  const folder = mkdtempSync(join(tmpdir(), 'warmfhir-crash-'));
  const store = `sqlite:${join(folder, 'data')}`;
  const violations: string[] = [];
  const clients = TENANTS.flatMap((tenant) =>
    Array.from({ length: CLIENTS_PER_TENANT }, (_, number) => new Client(tenant, number, random)),
  );
  let verified = 0;
  try {
    const ingest = new Killable('ingest', source, '--store', store, '--log-level', 'warn');
    if ((await ingest.ended) !== 0) throw new Error(`the ingest failed: ${ingest.output}`);
    for (let round = 0; round <= kills; round++) {
      const { server, url } = await Killable.serve(store, workers);
      for (const client of clients) violations.push(...(await client.verify(url)));
      verified = clients.reduce((total, client) => total + client.acknowledged, 0);
      if (round === kills || violations.length > 0) {
        await server.kill();
        break;
      }
      const writing = clients.map((client) => client.writeUntilItFails(url));
      await new Promise((resolve) => setTimeout(resolve, 200 + random.next() * 600));
      await server.kill();
      await Promise.all(writing);
      violations.push(...clients.flatMap((client) => client.surprises.splice(0)));
    }
    return { kills, violations, verified: `${verified} acknowledged versions read back` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A client that alone writes its documents, one request at a time. */
class Client {
  readonly #tenant: string;
  readonly #random: Random;
  readonly #documents: readonly DocumentRecord[];
  readonly surprises: string[] = [];
  #writes = 0;

  constructor(tenant: string, number: number, random: Random) {
    this.#tenant = tenant;
    this.#random = random;
    this.#documents = Array.from({ length: DOCUMENTS_PER_CLIENT }, (_, index) => {
      const id = `crash-${number}-${index}`;
      return new DocumentRecord(`/tenants/${tenant}/fhir/Basic/${id}`, id);
    });
  }

  get acknowledged(): number {
    return this.#documents.reduce((total, document) => total + document.versions.length, 0);
  }

  async writeUntilItFails(url: string): Promise<void> {
    for (;;) {
      const document = this.#documents[Math.floor(this.#random.next() * this.#documents.length)]!;
      if (!(await this.#write(url, document))) return;
    }
  }

  async verify(url: string): Promise<string[]> {
    await fetch(`${url}/warm-up-tenant`, { method: 'POST', headers: { 'X-Tenant-ID': this.#tenant } });
    const wrong: string[] = [];
    for (const document of this.#documents) {
      const versions = await history(`${url}${document.url}`);
      const problem = document.settle(versions[0]);
      if (problem !== undefined) wrong.push(`${this.#tenant}: ${problem}`);
      for (const acknowledged of document.versions) {
        const kept = versions.find((each) => each.version === acknowledged.version);
        if (JSON.stringify(kept) !== JSON.stringify(acknowledged)) {
          wrong.push(
            `${this.#tenant}: ${document.id} version ${acknowledged.version} is ${JSON.stringify(kept)} in its history`,
          );
        }
      }
    }
    return wrong;
  }

  /** False once the server does not answer any more. */
  async #write(url: string, document: DocumentRecord): Promise<boolean> {
    const exists = document.current !== undefined && document.current.marker !== null;
    const dice = this.#random.next();
    const kind = !exists || dice < 0.6 ? 'put' : dice < 0.85 ? 'review' : 'delete';
    const marker = `${this.#tenant} ${document.id} ${this.#writes++}`;
    const next: Unanswered =
      kind === 'put'
        ? { marker, reviewed: false }
        : kind === 'review'
          ? { marker: document.current!.marker, reviewed: true }
          : { marker: null, reviewed: false };
    document.unanswered = next;
    let response: Response;
    try {
      response = await send(kind, `${url}${document.url}`, document.id, marker);
      await response.arrayBuffer();
    } catch {
      return false;
    }
    if (response.status === 503) return false;
    if (!response.ok) {
      this.surprises.push(`${kind} ${document.url}: ${response.status}`);
      return false;
    }
    const version = Number(/\d+/.exec(response.headers.get('etag') ?? '')?.[0]);
    const expected = document.current === undefined ? 1 : document.current.version + 1;
    if (kind !== 'delete' && version !== expected) {
      this.surprises.push(`${kind} ${document.url}: version ${version} instead of ${expected}`);
    }
    document.versions.push({ version: expected, ...next });
    document.unanswered = undefined;
    return true;
  }
}

function send(kind: 'put' | 'review' | 'delete', url: string, id: string, marker: string): Promise<Response> {
  switch (kind) {
    case 'put': {
      const body = JSON.stringify({ resourceType: 'Basic', id, code: { text: marker } });
      return fetch(url, { method: 'PUT', headers: FHIR, body });
    }
    case 'review':
      return fetch(`${url}/$review`, { method: 'POST' });
    case 'delete':
      return fetch(url, { method: 'DELETE' });
  }
}

interface HistoryEntry {
  readonly resource?: {
    readonly meta: { readonly tag?: readonly unknown[] };
    readonly code: { readonly text: string };
  };
  readonly response: { readonly etag: string };
}

interface HistoryBundle {
  readonly entry?: readonly HistoryEntry[];
  readonly link: readonly { readonly relation: string; readonly url: string }[];
}

/** All versions that the server has, newest first. */
async function history(url: string): Promise<Acknowledged[]> {
  const versions: Acknowledged[] = [];
  let page: string | undefined = `${url}/_history`;
  while (page !== undefined) {
    const bundle = (await (await fetch(page)).json()) as HistoryBundle;
    for (const { resource, response } of bundle.entry ?? []) {
      versions.push({
        version: Number(/\d+/.exec(response.etag)![0]),
        marker: resource?.code.text ?? null,
        reviewed: resource?.meta.tag !== undefined,
      });
    }
    page = bundle.link?.find(({ relation }) => relation === 'next')?.url;
  }
  return versions;
}
