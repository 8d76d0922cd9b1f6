import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { Placement } from './cores.ts';
import { HttpClient, type Reply } from './http-client.ts';
import { BenchProcess } from './process.ts';

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** A server in a process of its own, on the server's core. */
export class BenchServer {
  readonly port: number;
  readonly process: BenchProcess;
  readonly client: HttpClient;
  /** Milliseconds from the start of the process to its first successful reply to the path that was waited for. */
  readonly startUpMs: number;

  private constructor(port: number, process: BenchProcess, client: HttpClient, startUpMs: number) {
    this.port = port;
    this.process = process;
    this.client = client;
    this.startUpMs = startUpMs;
  }

  /**
   * Starts a server and asks every few milliseconds until `path` is answered with success.
   *
   * @param command its command line, given the port to listen on
   */
  static async start(
    command: (port: number) => readonly string[],
    log: string,
    path: string,
    placement: Placement = 'server',
  ): Promise<BenchServer> {
    const port = await freePort();
    const process = new BenchProcess(placement, command(port), log);
    const client = new HttpClient(port, 64);
    for (;;) {
      const reply = await client.send(path).catch((): Reply | undefined => undefined);
      if (reply?.status === 200) break;
      const seconds = (performance.now() - process.startedAt) / 1000;
      if (!process.running || seconds > 60) {
        await process.stop();
        throw new Error(
          `The server did not answer ${path} (last ${reply?.status}):\n${process.output().slice(-2000)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return new BenchServer(port, process, client, performance.now() - process.startedAt);
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.process.stop();
  }
}
