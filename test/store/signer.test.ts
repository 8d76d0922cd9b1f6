import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { Signer } from '../../src/store/signer.ts';

const secret = Buffer.alloc(32, 7);

it('begins a SHA-3 digest with the secret', () => {
  const digest = createHash('sha3-256')
    .update(`32 ${secret.toString('base64url')} page ø 1`)
    .digest('base64url');
  expect(new Signer(secret).sign('page ø 1')).toBe(digest.slice(0, 22));
});

it('differs by text and by secret', () => {
  const signer = new Signer(secret);
  const signatures = ['a', 'b', 'ab', ''].map((text) => signer.sign(text));
  signatures.push(new Signer(Buffer.alloc(32, 8)).sign('a'), new Signer(Buffer.alloc(31, 7)).sign('a'));
  expect(new Set(signatures).size).toBe(6);
});
