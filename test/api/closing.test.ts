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

  it.each(['text', 'bytes'])(
    'sends a long reply of %s whole that its client is slow to read',
    async (kind) => {
      const running = await new RunningServer({ maxBodyBytes: 20_000_000 }).start(hospital, 'acme');
      const data = Buffer.alloc(12_000_000, 'x');
      const binary = {
        resourceType: 'Binary',
        id: 'long',
        contentType: 'text/plain',
        data: data.toString('base64'),
      };
      expect(
        (await running.send('/tenants/acme/fhir/Binary/long', { method: 'PUT', body: binary })).status,
      ).toBe(201);
      const socket = connect(running.port, '127.0.0.1');
      const accept = kind === 'text' ? 'application/fhir+json' : 'text/plain';
      socket.write(`GET /tenants/acme/fhir/Binary/long HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\n\r\n`);
      await once(socket, 'readable');
      const closed = running.server.close();
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      await Promise.all([closed, once(socket, 'close')]);
      const received = Buffer.concat(chunks);
      const head = received.subarray(0, received.indexOf('\r\n\r\n')).toString();
      const length = Number(/content-length: (\d+)/i.exec(head)![1]);
      expect(received.length - head.length - 4).toBe(length);
      expect(length).toBeGreaterThan(data.length - 1);
      await running.stop();
    },
  );

  it('keeps slow clients from holding it up for ever', async () => {
    const running = await new RunningServer().listen();
    const { requestTimeout, headersTimeout, timeout } = running.server.server;
    expect(headersTimeout).toBeGreaterThan(0);
    expect(requestTimeout).toBeGreaterThan(0);
    expect(timeout).toBeGreaterThan(0);
    await running.stop();
  });
});
