import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { ProofKey } from '../platform.js';

/** A tag over bytes that are in memory. */
type Tag = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/** HMAC over the HMACs of the blocks of the bytes, hexadecimal; holds one block of them. */
export async function prove(blob: Blob, { challenge, blockSizeBytes }: ProofKey): Promise<string> {
  const tagOf = await createTag(hexToBytes(challenge));
  const proof = hmac.create(sha256, hexToBytes(challenge));
  for (let start = 0; start < blob.size; start += blockSizeBytes) {
    const block = await blob.slice(start, start + blockSizeBytes).arrayBuffer();
    proof.update(await tagOf(new Uint8Array(block)));
  }
  return bytesToHex(proof.digest());
}

async function createTag(key: Uint8Array<ArrayBuffer>): Promise<Tag> {
  // Pages without https have no `subtle`.
  const subtle = (globalThis.crypto as Partial<Crypto>).subtle;
  if (subtle === undefined) return (bytes) => Promise.resolve(hmac(sha256, key, bytes));
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await subtle.importKey('raw', key, algorithm, false, ['sign']);
  return async (bytes) => new Uint8Array(await subtle.sign('HMAC', imported, bytes));
}
