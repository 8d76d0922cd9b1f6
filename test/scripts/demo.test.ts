import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const DEMO = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

describe('npm run demo', () => {
  it('goes through its tour and ends with 0', async () => {
    const demo = spawn(process.execPath, [DEMO, '--exit', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let told = '';
    demo.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    const [code] = await once(demo, 'close');
    expect(code).toBe(0);
    expect(told).toMatch(/== acme reviews Encounter\/\S+; birch does not notice/);
    expect(told).toContain('warmfhir_tenants{state="warm"} 2');
  });
});
