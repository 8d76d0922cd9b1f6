import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { CliProcess, runCli, sampleStore } from './run-cli.ts';

const PATIENT = '{"resourceType":"Patient","id":"1"}\n';

/** Every file below a folder with its modification time and its bytes. */
function filesOf(folder: string): Map<string, readonly [mtimeMs: number, bytes: string]> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(
    files.map((name) => {
      const path = join(folder, name);
      return [name, [statSync(path).mtimeMs, readFileSync(path, 'base64')]];
    }),
  );
}

describe('warmfhir ingest', () => {
  it('takes a folder once, and says so the second time', async () => {
    using folder = temporaryFolder();
    const store = await sampleStore(folder);
    const before = filesOf(folder.at('data'));
    const again = await runCli(['ingest', folder.at('sample'), '--store', store]);
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringMatching(/^The master is ready since .*\n$/),
    ]);
    expect(filesOf(folder.at('data'))).toEqual(before);
    const forced = await runCli(['ingest', folder.at('sample'), '--store', store, '--force']);
    expect([forced.code, forced.stdout]).toEqual([0, expect.stringContaining('Generation 2 is ready')]);
  });

  it('prints a table by resource type', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.at('a.ndjson'), PATIENT);
    const { code, stdout } = await runCli(['ingest', folder.at('a.ndjson')], {
      WARMFHIR_STORE: `sqlite:${folder.at('data')}`,
      WARMFHIR_LOG_LEVEL: 'warn',
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^resource type +stored +unchanged +superseded +rejected$/m);
    expect(stdout).toMatch(/^Patient +1 +0 +0 +0$/m);
  });

  it('ends with 1 and one line when something was rejected, and seals with --allow-rejects', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.at('a.ndjson'), `${PATIENT}no json\n`);
    const args = [
      'ingest',
      folder.at('a.ndjson'),
      '--store',
      `sqlite:${folder.at('data')}`,
      '--log-level',
      'warn',
    ];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^warmfhir: 1 rejected, 1 stored: see [^\n]*\n$/);
    expect(readFileSync(folder.at('data/rejects.ndjson'), 'utf8')).toContain('"line":2');
    expect((await runCli([...args, '--allow-rejects'])).code).toBe(0);
  });

  it('refuses a server that does not speak HTTP', async () => {
    using folder = temporaryFolder();
    const args = ['ingest', 'ftp://user:secret@127.0.0.1/fhir', '--store', `sqlite:${folder.at('data')}`];
    expect(await runCli(args)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'warmfhir: A FHIR server\'s address is http:// or https://; "ftp:" is not known.\n',
    });
  });

  it('refuses a path that is not there and makes no store for it', async () => {
    using folder = temporaryFolder();
    const { code, stdout, stderr } = await runCli([
      ...['ingest', folder.at('nothing'), '--store', `sqlite:${folder.at('data')}`],
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^warmfhir: [^\n]*nothing[^\n]*\n$/);
    expect(existsSync(folder.at('data'))).toBe(false);
  });

  it('gives up on a server that does not answer', async () => {
    using folder = temporaryFolder();
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const { code, stderr } = await runCli([
      ...['ingest', `http://127.0.0.1:${port}/fhir`, '--retries', '0'],
      ...['--store', `sqlite:${folder.at('data')}`, '--log-level', 'error'],
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      new RegExp(`^warmfhir: http://127.0.0.1:${port}/fhir[^\\n]*does not answer[^\\n]*\\n$`),
    );
  });

  it('sends the header to the source and never shows it', async () => {
    using folder = temporaryFolder();
    const seen: (string | undefined)[] = [];
    const source = createServer((request, reply) => {
      seen.push(request.headers.authorization);
      reply.setHeader('content-type', 'application/fhir+json');
      reply.end(
        JSON.stringify({
          resourceType: 'Bundle',
          type: 'searchset',
          entry: [{ resource: JSON.parse(PATIENT) }],
        }),
      );
    }).listen(0, '127.0.0.1');
    await once(source, 'listening');
    try {
      const { port } = source.address() as AddressInfo;
      const { code, stdout, stderr } = await runCli(
        [
          ...['ingest', `http://127.0.0.1:${port}/fhir`, '--types', 'Patient', '--log-level', 'debug'],
          ...['--store', `sqlite:${folder.at('data')}`],
        ],
        { WARMFHIR_HEADER: 'Authorization: Bearer swordfish' },
      );
      expect([code, new Set(seen)]).toEqual([0, new Set(['Bearer swordfish'])]);
      expect(stdout + stderr).not.toContain('swordfish');
    } finally {
      source.close();
    }
  });

  it('ends with 130 when it is interrupted', async () => {
    using folder = temporaryFolder();
    const ingest = new CliProcess(['ingest', '-', '--store', `sqlite:${folder.at('data')}`]);
    ingest.child.stdin.write(PATIENT);
    await ingest.line('stderr', /Ingest begins/);
    ingest.child.kill('SIGINT');
    const { code, stderr } = await ingest.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/^warmfhir: [^\n]*interrupted[^\n]*$/im);
  });
});
