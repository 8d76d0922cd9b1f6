import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ResourceCheck } from '../../src/fhir/resource-check.ts';
import { ThreadedResourceCheck } from '../../src/fhir/threaded-resource-check.ts';
import { hospital, patient } from './resources.ts';
import { RunningServer } from './running-server.ts';

/** Checks nothing before it is told to go on. */
class HeldCheck implements ResourceCheck {
  readonly #inner = new ThreadedResourceCheck();
  readonly #gate = Promise.withResolvers<void>();
  readonly #reached = Promise.withResolvers<void>();
  readonly reached = this.#reached.promise;

  async check(...call: Parameters<ResourceCheck['check']>): ReturnType<ResourceCheck['check']> {
    this.#reached.resolve();
    await this.#gate.promise;
    return this.#inner.check(...call);
  }

  goOn(): void {
    this.#gate.resolve();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

describe('closing the server', () => {
  it('answers the requests in flight and keeps what they wrote', async () => {
    const check = new HeldCheck();
    const running = await new RunningServer({ check }).start(hospital, 'acme');
    const write = running.send('/tenants/acme/fhir/Patient/p1', {
      method: 'PUT',
      body: patient('p1', 'Last'),
    });
    await check.reached;
    const closed = running.server.close();
    check.goOn();
    expect((await write).status).toBe(200);
    await closed;
    await expect(running.send('/hello')).rejects.toThrow();
    await check.close();
    await running.stop();
  });

  it('tells kept-alive connections to end, and answers what they still ask', async () => {
    const check = new HeldCheck();
    const running = await new RunningServer({ check }).start(hospital, 'acme');
    const body = JSON.stringify(patient('p1', 'Last'));
    const head = 'Host: x\r\nX-Tenant-ID: acme\r\n';
    const length = Buffer.byteLength(body);
    const type = `Content-Type: application/fhir+json\r\nContent-Length: ${length}\r\n`;
    const socket = connect(running.port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (text) => {
      received += text;
    });
    socket.write(`PUT /fhir/Patient/p1 HTTP/1.1\r\n${head}${type}\r\n${body}`);
    await check.reached;
    const closed = running.server.close();
    socket.write(`GET /fhir/Patient/p2 HTTP/1.1\r\n${head}\r\n`);
    check.goOn();
    await Promise.all([closed, once(socket, 'close')]);
    const replies = received.split(/(?=HTTP\/1\.1 )/);
    expect(replies).toHaveLength(2);
    expect(replies[0]).toMatch(/^HTTP\/1\.1 200 .*"family":"Last"/s);
    expect(replies[1]).toMatch(/^HTTP\/1\.1 200 .*connection: close.*"family":"Windsor"/is);
    await check.close();
    await running.stop();
  });

  it('sends long replies whole that their clients are slow to read', async () => {
    const running = await new RunningServer({ maxBodyBytes: 20_000_000 }).start(hospital, 'acme');
    const data = Buffer.alloc(12_000_000, 'x').toString('base64');
    const body = { resourceType: 'Binary', id: 'long', contentType: 'text/plain', data };
    const path = '/tenants/acme/fhir/Binary/long';
    expect((await running.send(path, { method: 'PUT', body })).status).toBe(201);
    // As a text, and as bytes.
    const sockets = ['application/fhir+json', 'text/plain'].map((accept) => {
      const socket = connect(running.port, '127.0.0.1');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\n\r\n`);
      return socket;
    });
    await Promise.all(sockets.map((socket) => once(socket, 'readable')));
    const closed = running.server.close();
    const received = sockets.map(async (socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      await once(socket, 'close');
      const all = Buffer.concat(chunks);
      const head = all.subarray(0, all.indexOf('\r\n\r\n') + 4);
      return {
        said: Number(/content-length: (\d+)/i.exec(head.toString())![1]),
        sent: all.length - head.length,
      };
    });
    const [text, bytes] = await Promise.all(received);
    await closed;
    expect(text!.said).toBeGreaterThan(data.length);
    expect(text!.sent).toBe(text!.said);
    expect(bytes).toEqual({ said: 12_000_000, sent: 12_000_000 });
    await running.stop();
  });

  it('keeps slow clients from holding it up for ever', async () => {
    const running = await new RunningServer().listen();
    const { requestTimeout, headersTimeout, timeout } = running.server.server;
    expect(headersTimeout).toBeGreaterThan(0);
    expect(requestTimeout).toBeGreaterThan(0);
    expect(timeout).toBeGreaterThan(0);
    await running.stop();
  });
});
