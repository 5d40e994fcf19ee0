import { compactVerify, createLocalJWKSet, type CompactVerifyResult } from 'jose';
import { z } from 'zod';
import { receiptClaims, type ReceiptClaims } from './claims.js';

const TYPE = 'lazaret-receipt+jws';
const ALGORITHM = 'EdDSA';
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** Other kinds of keys may stand in the set and verify nothing here. */
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });
const ourKey = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1),
  x: z.string(),
});

/** A receipt that is genuine, or why it is not. */
export type OpenedReceipt =
  | { readonly ok: true; readonly claims: ReceiptClaims; readonly kid: string }
  | { readonly ok: false; readonly why: string };

/**
 * Verifies the signature of a receipt and reads what it states. Algorithm and type are ours to name and never the
 * receipt's, and nothing that it names is fetched.
 *
 * @param jws - compact
 * @param keys - the JWK Set that the service publishes
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3
 */
export async function openReceipt(jws: string, keys: unknown): Promise<OpenedReceipt> {
  if (!COMPACT.test(jws)) return refuse('It is no signed statement (compact JWS): it may have been cut off.');
  const set = keySet.safeParse(keys);
  const usable = (set.data?.keys ?? []).flatMap((key) => ourKey.safeParse(key).data ?? []);
  if (usable.length === 0) return refuse('The keys are no JWK Set with an Ed25519 key.');
  const verified = await verify(jws, createLocalJWKSet({ keys: usable }));
  if (typeof verified === 'string') return refuse(verified);
  const { payload, protectedHeader: header } = verified;
  if (header.typ !== TYPE) return refuse('It is signed, but it is no receipt.');
  if (header.kid === undefined) return refuse('It names no key.');
  const claims = receiptClaims.safeParse(parseJson(payload));
  if (!claims.success) return refuse('It is signed, but does not state what a receipt states.');
  return { ok: true, claims: claims.data, kid: header.kid };
}

async function verify(
  jws: string,
  find: ReturnType<typeof createLocalJWKSet>,
): Promise<CompactVerifyResult | string> {
  try {
    return await compactVerify(jws, find, { algorithms: [ALGORITHM] });
  } catch (error) {
    return explain(error);
  }
}

/** Whatever fails here makes the receipt one that proves nothing. */
function explain(error: unknown): string {
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  switch (code) {
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return 'The signature is wrong: something was changed, or another key has signed.';
    case 'ERR_JWKS_NO_MATCHING_KEY':
      return 'None of the keys is the one that it names.';
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return `Its algorithm is not ${ALGORITHM}.`;
    default:
      return 'It is no signed statement that can be verified.';
  }
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}

const refuse = (why: string): OpenedReceipt => ({ ok: false, why });
