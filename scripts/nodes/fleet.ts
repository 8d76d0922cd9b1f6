import { TcpProxy } from '../../test/nodes/tcp-proxy.ts';
import { Killable } from '../crash/killable.ts';

/** Milliseconds until a node that could not be started is started again. */
const RESTART_MS = 250;

/** Several `serve` processes on one store behind a round-robin proxy; whoever dies is started again. */
export class Fleet {
  readonly proxy: TcpProxy;
  readonly #store: string;
  readonly #nodes: (FleetNode | undefined)[];
  readonly #starting = new Set<Killable>();
  #isClosed = false;

  private constructor(store: string, size: number, proxy: TcpProxy) {
    this.#store = store;
    this.proxy = proxy;
    this.#nodes = new Array(size).fill(undefined);
  }

  static async start(store: string, size: number): Promise<Fleet> {
    const fleet = new Fleet(store, size, await TcpProxy.start());
    await Promise.all(Array.from({ length: size }, (_, index) => fleet.restart(index)));
    return fleet;
  }

  get size(): number {
    return this.#nodes.length;
  }

  /** Nodes that run. */
  get running(): readonly number[] {
    return this.#nodes.flatMap((node, index) => (node === undefined ? [] : index));
  }

  /** Starts a node and keeps on until it is ready, as a supervisor would. */
  async restart(index: number): Promise<void> {
    while (!this.#isClosed) {
      const server = Killable.startServe(this.#store);
      this.#starting.add(server);
      try {
        const url = await server.serving();
        this.#nodes[index] = { server, port: Number(new URL(url).port) };
        this.#route();
        return;
      } catch {
        await server.kill();
        await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
      } finally {
        this.#starting.delete(server);
      }
    }
  }

  /** SIGKILL; the load balancer notices at once. */
  async kill(index: number): Promise<void> {
    await this.#take(index)?.server.kill();
  }

  /** SIGTERM: the node answers what it has begun. */
  async stop(index: number): Promise<{ readonly code: number | null; readonly output: string }> {
    const { server } = this.#take(index)!;
    server.signal('SIGTERM');
    return { code: await server.ended, output: server.output };
  }

  /** SIGSTOP or SIGCONT: the load balancer goes on sending to it. */
  signal(index: number, name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#nodes[index]?.server.signal(name);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#starting].map((server) => server.kill()));
    await Promise.all(this.#nodes.map((_, index) => this.kill(index)));
    await this.proxy.close();
  }

  #take(index: number): FleetNode | undefined {
    const node = this.#nodes[index];
    this.#nodes[index] = undefined;
    this.#route();
    return node;
  }

  #route(): void {
    this.proxy.targets = this.#nodes.flatMap((node) => node?.port ?? []);
  }
}

interface FleetNode {
  readonly server: Killable;
  readonly port: number;
}
