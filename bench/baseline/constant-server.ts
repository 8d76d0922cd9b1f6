/**
 * The ceiling for reads: `node:http` sending one constant body with the headers of a real reply.
 *
 * Arguments: port, bytes of the body, headers as a JSON object.
 */
import { createServer } from 'node:http';

const [port, size, headersJson] = process.argv.slice(2) as [string, string, string];
// A string leaves in one write together with the headers: faster than a Buffer.
const body = 'x'.repeat(Number(size));
const headers = { ...(JSON.parse(headersJson) as Record<string, string>), 'content-length': body.length };

createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
}).listen(Number(port), '127.0.0.1');
