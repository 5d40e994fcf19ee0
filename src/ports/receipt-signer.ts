import type { ReceiptClaims } from '../domain/receipt.js';

/** Public key of a receipt, as RFC 7517 and RFC 8037 write it. */
export interface ReceiptKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  /** Thumbprint of the key. @see https://www.rfc-editor.org/rfc/rfc7638 */
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

/** Signs receipts. The same claims under the same key are the same receipt, byte for byte. */
export interface ReceiptSigner {
  /** @returns a JWS in compact form */
  sign(claims: ReceiptClaims): Promise<string>;
  /** Every key that receipts can be verified with: the one in use first, then the retired ones. */
  readonly publicKeys: readonly ReceiptKey[];
}
