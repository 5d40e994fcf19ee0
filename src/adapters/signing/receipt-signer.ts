import { calculateJwkThumbprint, CompactSign, importJWK } from 'jose';
import type { ReceiptKey, ReceiptSigner } from '../../ports/receipt-signer.js';
import type { ReceiptKeyFile } from './receipt-keys-file.js';

/** Type of a receipt, so that it passes for no other token. @see https://www.rfc-editor.org/rfc/rfc8725#section-3.11 */
const TYPE = 'lazaret-receipt+jws';
const ALGORITHM = 'EdDSA';

/**
 * Signs receipts with Ed25519, which draws no random number: the same claims give the same signature.
 *
 * @param file - as `loadReceiptKeys` read it
 * @see https://www.rfc-editor.org/rfc/rfc8037
 */
export async function createReceiptSigner({ keys }: ReceiptKeyFile): Promise<ReceiptSigner> {
  const [current] = keys;
  const publicKeys = await Promise.all(keys.map(toPublic));
  const kid = publicKeys[0]?.kid;
  if (current.d === undefined || kid === undefined) throw new Error('The first receipt key signs nothing.');
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: current.x, d: current.d }, ALGORITHM);
  const encoder = new TextEncoder();
  return {
    publicKeys,
    sign: (claims) =>
      new CompactSign(encoder.encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
        .sign(key),
  };
}

async function toPublic({ x }: { readonly x: string }): Promise<ReceiptKey> {
  const key = { kty: 'OKP', crv: 'Ed25519', x } as const;
  return { ...key, kid: await calculateJwkThumbprint(key, 'sha256'), alg: ALGORITHM, use: 'sig' };
}
