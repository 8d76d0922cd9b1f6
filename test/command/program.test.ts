import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { CliProcess, runCli } from './run-cli.ts';

describe('the command line', () => {
  it('shows its commands and ends with 0 when asked', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of ['sample', 'ingest', 'serve', 'status', 'generation', 'tenant', 'move']) {
      expect(stdout).toContain(`  ${command} `);
    }
  });

  it('says its version', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await runCli(['--version'])).stdout).toBe(`${manifest.version}\n`);
  });

  it.each([
    [['serv'], "warmfhir: unknown command 'serv' (Did you mean serve?)\n"],
    [['serve', '--prot', '1'], "warmfhir: unknown option '--prot' (Did you mean --port?)\n"],
    [['tenant', 'lst'], "warmfhir: unknown command 'lst' (Did you mean list?)\n"],
    [['ingest'], "warmfhir: missing required argument 'source'\n"],
    [['serve', '--port', 'http'], 'warmfhir: --port takes a whole number from 0 to 65535, not "http".\n'],
    [
      ['status', '--store', 'redis://a:secret@b'],
      'warmfhir: A store is sqlite:FOLDER or postgres://USER@HOST/DATABASE; "redis:" is not known.\n',
    ],
  ])('refuses %j in one line with exit code 2', async (args, line) => {
    expect(await runCli(args)).toEqual({ code: 2, stdout: '', stderr: line });
  });

  it('does not mind that nobody reads what it says any more', async () => {
    using folder = temporaryFolder();
    const cli = new CliProcess(['sample', '--patients', '0', '--out', folder.at('sample')]);
    cli.child.stdout.destroy();
    expect(await cli.ended).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('names the variable of a bad value', async () => {
    const { code, stderr } = await runCli(['serve'], { WARMFHIR_MAX_BODY: 'huge' });
    expect([code, stderr]).toEqual([
      2,
      'warmfhir: WARMFHIR_MAX_BODY takes a size such as 512KB, 20MB or 1GB, not "huge".\n',
    ]);
  });

  it('runs through its bin', () => {
    const bin = fileURLToPath(new URL('../../bin/warmfhir.mjs', import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [bin, '--help'], { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: warmfhir/);
  });
});
