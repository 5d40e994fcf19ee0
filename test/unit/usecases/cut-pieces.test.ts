import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SpoolFile } from '../../../src/ports/spool.js';
import { cutPieces, type Piece } from '../../../src/usecases/resumable/cut-pieces.js';
import { proveSpool } from '../../../src/usecases/resumable/proven-spool.js';
import { createPartMac, keyOfMac } from '../../../src/usecases/part-mac.js';

/** A spool file in memory that is full at some size. */
function memorySpool(roomBytes = Infinity): SpoolFile & { content: () => Buffer } {
  let chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    content: () => Buffer.concat(chunks),
    append: (chunk) => {
      if (sizeBytes + chunk.byteLength > roomBytes) return Promise.reject(new Error('full'));
      chunks.push(chunk);
      sizeBytes += chunk.byteLength;
      return Promise.resolve();
    },
    settle: () => Promise.resolve(),
    read: () => Readable.from(chunks),
    clear: () => {
      [chunks, sizeBytes] = [[], 0];
    },
    close: () => Promise.resolve(),
  };
}

const macOf = (bytes: Buffer, mac = ''): string => {
  const made = createPartMac(keyOfMac(mac));
  made.update(bytes);
  return made.finish();
};

it('cuts at the boundaries of parts, and proves every piece that begins a part', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        sizeBytes: fc.integer({ min: 1, max: 400 }),
        partSizeBytes: fc.integer({ min: 1, max: 90 }),
        begin: fc.integer({ min: 0, max: 399 }),
        cuts: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }),
      }),
      async ({ sizeBytes, partSizeBytes, begin, cuts }) => {
        const file = { sizeBytes, partSizeBytes };
        const offsetBytes = Math.min(begin, sizeBytes - 1);
        const whole = Buffer.from(Array.from({ length: sizeBytes }, (_, index) => index % 251));
        const chunks: Buffer[] = [];
        for (let at = offsetBytes, index = 0; at < sizeBytes; index += 1) {
          const length = cuts[index % cuts.length] ?? 1;
          chunks.push(whole.subarray(at, at + length));
          at += length;
        }
        const spools = [memorySpool(), memorySpool()] as const;
        const pieces = cutPieces(
          {
            file,
            parts: new Map(),
            offsetBytes,
            limitBytes: sizeBytes,
            body: Readable.from(chunks),
            observe: () => undefined,
          },
          [proveSpool(spools[0]), proveSpool(spools[1])],
        );
        let at = offsetBytes;
        for await (const { partNumber, offsetBytes: within, bytes, endsPart } of pieces) {
          const content = (spools.find((spool) => spool === bytes.spool) ?? spools[0]).content();
          expect((partNumber - 1) * partSizeBytes + within).toBe(at);
          expect(content).toEqual(whole.subarray(at, at + content.length));
          at += content.length;
          expect(endsPart).toBe(at === sizeBytes || at % partSizeBytes === 0);
          const proof = bytes.prove();
          if (within > 0) expect(proof).toBeUndefined();
          else {
            expect(proof?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
            expect(macOf(content, proof?.mac)).toBe(proof?.mac);
          }
        }
        expect(at).toBe(sizeBytes);
      },
    ),
  );
});

it('gives out what had arrived when the directory is full, without a proof of bytes that were lost', async () => {
  const spools = [memorySpool(5), memorySpool(5)] as const;
  const pieces = cutPieces(
    {
      file: { sizeBytes: 100, partSizeBytes: 100 },
      parts: new Map(),
      offsetBytes: 0,
      limitBytes: 100,
      body: Readable.from([Buffer.from('abcd'), Buffer.from('efgh')]),
      observe: () => undefined,
    },
    [proveSpool(spools[0]), proveSpool(spools[1])],
  );
  const value = (await pieces.next()).value as Piece | undefined;
  expect(value?.bytes.spool.sizeBytes).toBe(4);
  expect(value?.bytes.prove()).toBeUndefined();
  await expect(pieces.next()).rejects.toThrow('full');
});
