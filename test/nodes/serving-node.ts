import { type CliProcess, startServe } from '../command/run-cli.ts';
import { HttpSession } from '../end-to-end/http-session.ts';

/** A `serve` process that is ready. */
export class ServingNode {
  readonly server: CliProcess;
  readonly http: HttpSession;

  private constructor(server: CliProcess, http: HttpSession) {
    this.server = server;
    this.http = http;
  }

  static async start(...args: readonly string[]): Promise<ServingNode> {
    const { server, url } = await startServe('--workers', '1', ...args);
    const http = new HttpSession(url);
    await http.until('/all-good', 200);
    return new ServingNode(server, http);
  }

  get port(): number {
    return Number(new URL(this.http.url).port);
  }

  /** SIGKILL: no handler runs. Resolves when it has ended. */
  async kill(): Promise<void> {
    this.server.child.kill('SIGKILL');
    await this.server.ended;
  }

  /** SIGTERM: resolves with its exit code once it has answered what it had begun. */
  async stop(): Promise<number | null> {
    this.server.child.kill('SIGTERM');
    return (await this.server.ended).code;
  }
}
