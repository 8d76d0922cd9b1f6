import { MarkedDocument } from '../../scripts/nodes/marked-document.ts';
import { NodeSession, type Tally } from '../../scripts/nodes/node-session.ts';
import { TenantClient } from '../../scripts/nodes/tenant-client.ts';
import { Random } from '../../src/sample/random.ts';

const TENANTS = 4;
const CLIENTS_PER_TENANT = 2;
const DOCUMENTS_PER_CLIENT = 4;

/** Clients of a few tenants that read and write through one port, and check every answer, for as long as it runs. */
export class TenantLoad {
  readonly tally: Tally = { reads: 0, writes: 0, refused: 0, broken: 0 };
  readonly #clients: readonly TenantClient[];
  readonly #stopping = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(port: number, seed: number) {
    this.#clients = Array.from({ length: TENANTS * CLIENTS_PER_TENANT }, (_, client) => {
      const documents = Array.from(
        { length: DOCUMENTS_PER_CLIENT },
        (_, index) => new MarkedDocument('Basic', `own-${seed}-${client}-${index}`, false),
      );
      const session = new NodeSession(`tenant-${client % TENANTS}`, port, this.tally);
      const pair = [`one-${seed}-${client}`, `other-${seed}-${client}`] as const;
      return new TenantClient(session, documents, pair, new Random(seed, client));
    });
  }

  start(): void {
    this.#running = Promise.all(this.#clients.map((client) => client.run(this.#stopping.signal)));
  }

  /** Resolves once this many more writes were acknowledged. */
  async written(more: number): Promise<void> {
    const enough = this.tally.writes + more;
    while (this.tally.writes < enough) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Stops, reads everything back, and gives what was not as it should be. */
  async violations(): Promise<readonly string[]> {
    this.#stopping.abort();
    await this.#running;
    for (const client of this.#clients) await client.verify();
    return this.#clients.flatMap(({ session }) => session.violations);
  }
}
