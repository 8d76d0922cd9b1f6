import { readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import { runCli } from './run-cli.ts';

describe('warmfhir sample', () => {
  it('writes a file per resource type and counts what it wrote', async () => {
    using folder = temporaryFolder();
    const { code, stdout } = await runCli(['sample', '--patients', '3', '--out', folder.at('out')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Patient +3$/m);
    expect(readdirSync(folder.at('out'))).toContain('Observation.ndjson');
  });

  it('writes Bundles', async () => {
    using folder = temporaryFolder();
    await runCli(['sample', '--patients', '2', '--format', 'bundle', '--out', folder.path]);
    expect(readdirSync(folder.path).sort()).toEqual([
      'hospital.json',
      'patient-000001.json',
      'patient-000002.json',
    ]);
  });

  it('says in one line where it cannot write', async () => {
    using folder = temporaryFolder();
    writeFileSync(folder.at('file'), '');
    const { code, stderr } = await runCli(['sample', '--out', folder.at('file')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^warmfhir: [^\n]+\n$/)]);
  });
});
