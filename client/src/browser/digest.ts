import type { ProofKey } from '../platform.js';
import { prove } from './prove.js';
import { sha256 } from './sha256.js';

/** What is to be computed over bytes: their SHA-256, or with a key the proof that they are at hand. */
export interface DigestRequest {
  readonly blob: Blob;
  readonly proof?: ProofKey | undefined;
}

/** Computes it, hexadecimal. */
export const digestOf = ({ blob, proof }: DigestRequest): Promise<string> =>
  proof === undefined ? sha256(blob) : prove(blob, proof);
