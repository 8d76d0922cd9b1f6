import type { BenchProcess } from './process.ts';

/** Asks a Node process that was started with `--inspect=127.0.0.1:0` what its heap holds. */
export class HeapProbe {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data)) as { id?: number; result?: unknown };
      if (id !== undefined) this.#waiting.get(id)?.(result);
    });
  }

  static async connect(process: BenchProcess): Promise<HeapProbe> {
    // A server may start again in its own place: the last address is that of the process that runs.
    const address = [...process.output().matchAll(/ws:\/\/\S+/g)].at(-1)?.[0];
    if (address === undefined) throw new Error('The process was not started with --inspect.');
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('The inspector does not answer.')));
    });
    return new HeapProbe(socket);
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#calls;
    const answered = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return answered;
  }

  /** Bytes of the main thread's heap and of the buffers it holds, after a full garbage collection. */
  async bytesInUse(): Promise<number> {
    for (let pass = 0; pass < 3; pass++) await this.#call('HeapProfiler.collectGarbage');
    const usage = (await this.#call('Runtime.evaluate', {
      expression: 'const { heapUsed, external } = process.memoryUsage(); heapUsed + external',
      replMode: true,
    })) as { result: { value: number } };
    return usage.result.value;
  }

  close(): void {
    this.#socket.close();
  }
}
