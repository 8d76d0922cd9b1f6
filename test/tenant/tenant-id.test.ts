import { describe, expect, it } from 'vitest';
import { assertTenantId, isTenantId } from '../../src/tenant/tenant-id.ts';

describe('tenant ids', () => {
  it.each(['a', '0', 'acme', 'acme-2_x', 'a'.repeat(63), '9-_'])('takes %s', (id) => {
    expect(isTenantId(id)).toBe(true);
    expect(() => assertTenantId(id)).not.toThrow();
  });

  it.each([
    '',
    'A',
    'Acme',
    '-a',
    '_a',
    '_default',
    '..',
    '.',
    'a/b',
    'a.b',
    'a b',
    'a\0',
    'a\n',
    'ä',
    'a'.repeat(64),
    '%2e',
  ])('refuses %j and names the rule', (id) => {
    expect(isTenantId(id)).toBe(false);
    expect(() => assertTenantId(id)).toThrow(
      expect.objectContaining({
        code: 'tenant-id-invalid',
        detail: expect.stringContaining('[a-z0-9][a-z0-9_-]{0,62}'),
      }),
    );
  });
});
