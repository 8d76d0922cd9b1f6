import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Signer } from '../../src/store/signer.ts';

it('signs as HMAC-SHA-256 does, cut to 16 bytes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 100 }),
      fc.string({ unit: 'binary' }),
      (secret, text) => {
        const expected = createHmac('sha256', secret).update(text).digest().subarray(0, 16);
        expect(new Signer(secret).sign(text)).toBe(expected.toString('base64url'));
      },
    ),
  );
});
