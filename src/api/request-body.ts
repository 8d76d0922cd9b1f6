import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { WarmfhirError } from '../errors.ts';

const DECODERS: Readonly<Record<string, typeof gunzip.__promisify__>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** What is still read of a body that is refused: so long, and so many bytes. */
const DISCARD_MS = 10_000;
const DISCARD_BYTES = 512 * 1024 * 1024;

/**
 * Takes every body as the bytes that it is, whatever its type: the routes know what they take. One that is compressed
 * (https://www.rfc-editor.org/rfc/rfc9110#section-8.4) is taken out first, and may not be larger then than others.
 */
export function takeBodiesAsBytes(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const encoding = request.headers['content-encoding'];
    if (encoding === undefined) return done(null, body);
    decoded(body as Buffer, encoding, request.routeOptions.bodyLimit!).then(
      (bytes) => done(null, bytes),
      (error) => done(error),
    );
  });
}

/** @throws media-type-unsupported, body-too-large, body-invalid */
async function decoded(body: Buffer, encoding: string, limit: number): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity') return body;
  const decode = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decode === undefined) {
    throw new WarmfhirError(
      'media-type-unsupported',
      `The server reads bodies as they are, or in one of the encodings ${Object.keys(DECODERS).join(', ')}.`,
    );
  }
  try {
    return await decode(body, { maxOutputLength: limit });
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? new WarmfhirError('body-too-large', `The body is larger than the ${limit} bytes that are accepted.`)
      : new WarmfhirError('body-invalid', `The body is not in the encoding ${name}.`, { cause });
  }
}

/**
 * Reads the rest of a body and throws it away: many clients look for an answer only when they have sent all of it, and never
 * see one if the connection is closed before.
 */
export function discardRest(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (request.complete || request.destroyed) return resolve();
    let bytes = 0;
    const timer = setTimeout(resolve, DISCARD_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DISCARD_BYTES) done();
    });
    for (const event of ['end', 'close', 'error'] as const) request.once(event, done);
    request.resume();
  });
}
