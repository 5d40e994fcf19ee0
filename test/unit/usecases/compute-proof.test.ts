import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeProof, PROOF_BLOCK_BYTES } from '../../../src/usecases/possession/compute-proof.js';
import { proofOf } from '../../support/prove.js';

const CHALLENGE = '5a'.repeat(32);

describe('the proof of possession', () => {
  it('is the same however the bytes are cut into chunks', async () => {
    const bytes = Buffer.alloc(PROOF_BLOCK_BYTES * 2 + 17, 'lazaret');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(bytes.length),
        fc.integer({ min: 100_000, max: bytes.length }),
        async (sizeBytes, chunkBytes) => {
          const given = bytes.subarray(0, sizeBytes);
          const count = Math.ceil(sizeBytes / chunkBytes);
          const chunks = Array.from({ length: count }, (_, index) =>
            given.subarray(index * chunkBytes, (index + 1) * chunkBytes),
          );
          expect(await computeProof(CHALLENGE, Readable.from(chunks))).toBe(proofOf(CHALLENGE, given));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is another one for another challenge, another order and any other byte', async () => {
    const block = (fill: string): Buffer => Buffer.alloc(PROOF_BLOCK_BYTES, fill);
    const proofs = await Promise.all([
      computeProof(CHALLENGE, Readable.from([block('a'), block('b')])),
      computeProof(CHALLENGE, Readable.from([block('b'), block('a')])),
      computeProof('5b'.repeat(32), Readable.from([block('a'), block('b')])),
      computeProof(CHALLENGE, Readable.from([block('a'), block('b').subarray(1), Buffer.from('c')])),
    ]);
    expect(new Set(proofs).size).toBe(4);
  });
});
