import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { operationOutcome } from '../fhir/outcome.ts';

const REFUSALS: Readonly<Record<string, readonly [status: number, code: string, diagnostics: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'too-long',
    'The address and the headers are longer than the server reads: long searches are posted to _search.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'timeout', 'The request did not arrive in time.'],
};
const MALFORMED = [400, 'invalid', 'The request is not one of HTTP/1.1.'] as const;

/**
 * Answers what cannot be read as a request, and so has no address that would say which API is meant: with an
 * OperationOutcome, before the connection is closed.
 */
export function refuseMalformed({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const [status, issue, diagnostics] = Object.hasOwn(REFUSALS, code) ? REFUSALS[code]! : MALFORMED;
  const body = operationOutcome({ code: issue, diagnostics });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'Content-Type: application/fhir+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
