import { hash } from 'node:crypto';

/** Bytes that SHA-256 takes at a time. */
const BLOCK = 64;

/**
 * Signs texts with a secret of the installation that every node shares. The construction is HMAC's
 * (https://www.rfc-editor.org/rfc/rfc2104), made of two digests in one go each: a page of a search is signed three times, and
 * an object of `createHmac` costs several times as much as its digest.
 */
export class Signer {
  readonly #inner: Buffer;
  readonly #outer: Buffer;

  constructor(secret: Uint8Array) {
    const key = secret.length > BLOCK ? hash('sha256', secret, 'buffer') : secret;
    this.#inner = padded(key, 0x36);
    this.#outer = padded(key, 0x5c);
  }

  /** 16 bytes of HMAC-SHA-256, base64url. */
  sign(text: string): string {
    const inner = hash('sha256', Buffer.concat([this.#inner, Buffer.from(text)]), 'buffer');
    const outer = hash('sha256', Buffer.concat([this.#outer, inner]), 'buffer');
    return outer.toString('base64url', 0, 16);
  }
}

function padded(key: Uint8Array, pad: number): Buffer {
  return Buffer.alloc(BLOCK, pad).map((byte, index) => byte ^ (key[index] ?? 0)) as Buffer;
}
