import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { CliProcess } from './run-cli.ts';

/** Starts a server that nobody has ingested anything for, and ends it again; the words that its Node was started with. */
async function nodeFlags(workers: number, environment: Readonly<Record<string, string>> = {}) {
  using folder = temporaryFolder();
  const store = `sqlite:${folder.at('data')}`;
  const args = ['serve', '--store', store, '--port', '0', '--workers', String(workers)];
  const server = new CliProcess(args, environment);
  await server.line('stdout', /^warmfhir serves on /);
  const { pid } = server.child;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean);
  const flags = [String(pid), ...children].map((each) =>
    readFileSync(`/proc/${each}/cmdline`, 'utf8')
      .split('\0')
      .filter((word) => word.includes('semi-space')),
  );
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  return flags;
}

const BOUND = ['--max-semi-space-size=16'];

// What a process was started with is only told by Linux.
describe.skipIf(process.platform !== 'linux')('the young generation of a server', () => {
  it('is bounded, in the process that was started', async () => {
    expect(await nodeFlags(1)).toEqual([BOUND]);
  });

  it('is bounded in workers as well', async () => {
    expect(await nodeFlags(2)).toEqual([BOUND, BOUND, BOUND]);
  });

  it('is what was chosen otherwise', async () => {
    expect(await nodeFlags(1, { NODE_OPTIONS: '--max-semi-space-size=64' })).toEqual([[]]);
  });
});
