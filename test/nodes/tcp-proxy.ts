import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Gives each connection to the next of its targets, as a load balancer without stickiness does; one that refuses is
 * passed over. Targets may change at any time; open connections stay where they are.
 */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #targets: readonly number[];
  #next = 0;
  #isSilent = false;

  private constructor(targets: readonly number[]) {
    this.#targets = targets;
    this.#server = createServer({ pauseOnConnect: true }, (client) => {
      this.#keep(client);
      if (!this.#isSilent) void this.#forward(client);
    });
  }

  /** Listens on a free port of 127.0.0.1. @param targets ports of 127.0.0.1 */
  static async start(targets: readonly number[] = []): Promise<TcpProxy> {
    const proxy = new TcpProxy(targets);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections are open through it. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  set targets(ports: readonly number[]) {
    this.#targets = ports;
  }

  /** Breaks every open connection. */
  sever(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on connections are taken and nothing is passed on, in either direction, as through a broken network. */
  silence(): void {
    this.#isSilent = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  /** Ends the silence; connections that fell into it are broken, since what they sent is lost. */
  speak(): void {
    this.#isSilent = false;
    this.sever();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.sever();
    await once(this.#server, 'close');
  }

  async #forward(client: Socket): Promise<void> {
    for (let attempt = 0; attempt < this.#targets.length; attempt += 1) {
      this.#next += 1;
      const target = connect(this.#targets[this.#next % this.#targets.length]!, '127.0.0.1');
      const isOpen = await new Promise<boolean>((resolve) => {
        target.once('connect', () => resolve(true)).once('error', () => resolve(false));
      });
      if (!isOpen) continue;
      this.#keep(target);
      client.once('close', () => target.destroy());
      target.once('close', () => client.destroy());
      if (client.destroyed) target.destroy();
      client.pipe(target);
      target.pipe(client);
      return;
    }
    client.destroy();
  }

  #keep(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
