import { createHash } from 'node:crypto';
import type { Part } from '../domain/file.js';
import type { ProvenSpool } from './proven-spool.js';

/**
 * Whether a part in the ledger has the bytes of a file that has settled; nobody knows where it has no hash.
 *
 * @param sizeBytes - of the file, which is empty where it was given away since
 */
export async function isSamePart(known: Part, bytes: ProvenSpool, sizeBytes: number): Promise<boolean> {
  if (known.sizeBytes !== sizeBytes) return false;
  const proof = known.sha256 === null ? undefined : await bytes.prove();
  return proof ? proof.sha256 === known.sha256 : hasHashOf(known, bytes);
}

async function hasHashOf(known: Part, { spool }: ProvenSpool): Promise<boolean> {
  const hash = createHash(known.sha256 === null ? 'md5' : 'sha256');
  for await (const chunk of spool.read() as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex') === (known.sha256 ?? known.md5);
}
