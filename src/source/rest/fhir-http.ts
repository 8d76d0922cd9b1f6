import type { Clock } from '../../clock.ts';
import { WarmfhirError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type BackOffOptions, backOffMs, retryAfterMs } from './back-off.ts';

export interface FhirHttpOptions {
  /** The source server's base URL; its origin alone gets `headers`. */
  readonly baseUrl: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Other origins that may be asked. */
  readonly allowedOrigins: readonly string[];
  /** For one answer with its body, milliseconds. */
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly backOff: BackOffOptions;
  readonly clock: Clock;
  readonly log: Log;
}

export interface FhirAnswer {
  readonly status: number;
  /** The address that answered, after redirects. */
  readonly url: string;
  readonly body: Uint8Array;
}

const ACCEPT = { accept: 'application/fhir+json, application/json;q=0.9' };

/** Worth another try: the server is busy, being restarted, or behind a proxy that cannot reach it. */
const RETRIED: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;

/** A server that asks to be left alone for longer than this has given up. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;

/** Nobody should have to wonder about a silence of this length. */
const LONG_WAIT_MS = 10_000;

/** What is left of an attempt that did not bring an answer. */
interface Failure {
  readonly why: string;
  readonly retryAfterMs: number | undefined;
  readonly cause?: unknown;
}

/** GET requests to a FHIR server, with time-outs, retries and a wall around its origin. */
export class FhirHttp {
  readonly #options: FhirHttpOptions;
  readonly #origin: string;
  readonly #ownHeaders: Headers;

  constructor(options: FhirHttpOptions) {
    this.#options = options;
    this.#origin = new URL(options.baseUrl).origin;
    this.#ownHeaders = new Headers(ACCEPT);
    for (const [name] of options.headers) this.#ownHeaders.delete(name);
    for (const [name, value] of options.headers) this.#ownHeaders.append(name, value);
  }

  /** True when `url` leads to the source or to an origin that was allowed. */
  mayAsk(url: string): boolean {
    const { origin, protocol } = new URL(url);
    return (
      /^https?:$/.test(protocol) && (origin === this.#origin || this.#options.allowedOrigins.includes(origin))
    );
  }

  /**
   * The answer, whatever its status, once the server has one. Throws `ingest-source-unreachable` when it gives up,
   * `ingest-source-invalid` for a foreign origin or too large a body, `ingest-interrupted` when `signal` aborts.
   */
  async get(url: string, signal: AbortSignal): Promise<FhirAnswer> {
    const { backOff, clock, log } = this.#options;
    this.#assertAllowed(url);
    for (let failures = 1; ; failures++) {
      const result = await this.#attempt(url, signal);
      if (signal.aborted) throw new WarmfhirError('ingest-interrupted');
      if ('status' in result) return result;
      const wait = result.retryAfterMs ?? backOffMs(failures, backOff);
      const server = withoutQuery(url);
      if (failures >= backOff.attempts || wait > MAX_RETRY_AFTER_MS) {
        const tries = failures === 1 ? 'once' : `${failures} times`;
        throw new WarmfhirError(
          'ingest-source-unreachable',
          wait > MAX_RETRY_AFTER_MS
            ? `${server} asks to come back in ${Math.ceil(wait / 60_000)} minutes (${result.why}).`
            : `${server} does not answer (asked ${tries}): ${result.why}.`,
          { cause: result.cause },
        );
      }
      const level = wait >= LONG_WAIT_MS ? 'warn' : 'debug';
      log[level](
        { server, why: result.why, waitMs: wait },
        'The source server did not answer: asking again.',
      );
      await clock.sleep(wait, signal);
    }
  }

  async #attempt(url: string, signal: AbortSignal): Promise<FhirAnswer | Failure> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs);
    try {
      const { response, at } = await this.#follow(url, AbortSignal.any([signal, timeout]));
      if (RETRIED.has(response.status)) {
        await response.body?.cancel();
        const after = retryAfterMs(response.headers.get('retry-after'), this.#options.clock.now());
        return { why: `status ${response.status}`, retryAfterMs: after };
      }
      return { status: response.status, url: at, body: await this.#bodyOf(response, at) };
    } catch (cause) {
      if (cause instanceof WarmfhirError) throw cause;
      const why = timeout.aborted ? `no answer within ${this.#options.timeoutMs} ms` : networkReason(cause);
      return { why, retryAfterMs: undefined, cause };
    }
  }

  async #follow(url: string, signal: AbortSignal): Promise<{ response: Response; at: string }> {
    let at = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await fetch(at, { headers: this.#headersFor(at), redirect: 'manual', signal });
      const location = response.headers.get('location');
      if (!REDIRECTS.has(response.status) || location === null) return { response, at };
      await response.body?.cancel();
      at = new URL(location, at).href;
      this.#assertAllowed(at);
    }
    throw new WarmfhirError('ingest-source-invalid', `${withoutQuery(url)} redirects in a circle.`);
  }

  #headersFor(url: string): Headers {
    return new URL(url).origin === this.#origin ? this.#ownHeaders : new Headers(ACCEPT);
  }

  #assertAllowed(url: string): void {
    if (this.mayAsk(url)) return;
    throw new WarmfhirError(
      'ingest-source-invalid',
      `The source leads to another origin, ${new URL(url).origin}: allow it with --allow-origin.`,
    );
  }

  async #bodyOf(response: Response, url: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += part.length;
      if (size > this.#options.maxBodyBytes) {
        throw new WarmfhirError(
          'ingest-source-invalid',
          `${withoutQuery(url)} sends pages of more than ${this.#options.maxBodyBytes} bytes: ask for smaller ones with --page-size.`,
        );
      }
      parts.push(part);
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }
}

/** For messages and logs: a query may carry what nobody should read. */
export function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** fetch wraps what went wrong in "fetch failed". */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND') return 'its name is unknown';
  return code ?? (cause instanceof Error ? cause.message : String(cause));
}
