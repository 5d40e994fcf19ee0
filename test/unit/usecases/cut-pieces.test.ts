import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createThreadedDigester } from '../../../src/adapters/digest/threaded-digester.js';
import type { Observe, Spool, SpoolFile } from '../../../src/ports/spool.js';
import { cutPieces, type Piece } from '../../../src/usecases/cut-pieces.js';
import { openProvenSpool, type ProvenSpool } from '../../../src/usecases/proven-spool.js';
import { createPartMac, keyOfMac } from '../../../src/usecases/part-mac.js';

interface MemorySpool {
  readonly spool: Spool;
  content(): Buffer;
}

/** A spool with one file in memory that is full at some size, on a store that may take the file as it is. */
function memorySpool(roomBytes = Infinity, isGiving = true): MemorySpool {
  let chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const never = (): Promise<never> => Promise.reject(new Error('Nobody asked for that.'));
  const fileFor = (observe?: Observe): SpoolFile => ({
    get sizeBytes() {
      return sizeBytes;
    },
    append: async (chunk) => {
      if (sizeBytes + chunk.byteLength > roomBytes) throw new Error('full');
      chunks.push(chunk);
      sizeBytes += chunk.byteLength;
      await observe?.([chunk]);
    },
    settle: () => Promise.resolve(),
    read: () => Readable.from(chunks),
    ...(isGiving && { give: { requireOpen: never, asPart: never, asObject: never } }),
    clear: () => {
      [chunks, sizeBytes] = [[], 0];
    },
    close: () => Promise.resolve(),
  });
  return {
    spool: { open: (observe) => Promise.resolve(fileFor(observe)) },
    content: () => Buffer.concat(chunks),
  };
}

const digester = createThreadedDigester();
const proven = (spools: readonly [MemorySpool, MemorySpool]): Promise<[ProvenSpool, ProvenSpool]> =>
  Promise.all([openProvenSpool(spools[0].spool, digester), openProvenSpool(spools[1].spool, digester)]);

const macOf = (bytes: Buffer, mac = ''): string => {
  const made = createPartMac(keyOfMac(mac));
  made.update(bytes);
  return made.finish();
};

it('cuts at the boundaries of parts, and proves every piece', async () => {
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
        const files = await proven(spools);
        const pieces = cutPieces(
          {
            file,
            parts: new Map(),
            offsetBytes,
            limitBytes: sizeBytes,
            body: Readable.from(chunks),
            observe: () => undefined,
          },
          files,
        );
        let at = offsetBytes;
        for await (const { partNumber, offsetBytes: within, bytes, endsPart } of pieces) {
          const content = spools[bytes === files[0] ? 0 : 1].content();
          expect((partNumber - 1) * partSizeBytes + within).toBe(at);
          expect(content).toEqual(whole.subarray(at, at + content.length));
          at += content.length;
          expect(endsPart).toBe(at === sizeBytes || at % partSizeBytes === 0);
          const proof = await bytes.prove();
          expect(proof?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
          expect(macOf(content, proof?.mac)).toBe(proof?.mac);
        }
        expect(at).toBe(sizeBytes);
      },
    ),
  );
});

it('gives out what comes slowly before its part ends, unless it is little or compared with the ledger', async () => {
  const MIB = 1024 * 1024;
  const sizesOf = async (chunkBytes: number, isKnown: boolean): Promise<number[]> => {
    let now = 0;
    const body = Readable.from(
      Array.from({ length: 6 }, () => Buffer.alloc(chunkBytes))
        .values()
        .map((chunk) => {
          now += 6_000;
          return chunk;
        }),
      { highWaterMark: 1 },
    );
    const pieces = cutPieces(
      {
        file: { sizeBytes: 10 * MIB, partSizeBytes: 10 * MIB },
        parts: new Map(isKnown ? [[1, undefined]] : []),
        offsetBytes: 0,
        limitBytes: 10 * MIB,
        body,
        observe: () => undefined,
        clock: { now: () => new Date(now) },
      },
      await proven([memorySpool(), memorySpool()]),
    );
    const sizes: number[] = [];
    for await (const { bytes } of pieces) sizes.push(bytes.spool.sizeBytes);
    return sizes;
  };
  const slow = await sizesOf(MIB, false);
  expect(slow.length).toBeGreaterThan(1);
  expect(slow.reduce((sum, size) => sum + size, 0)).toBe(6 * MIB);
  expect(await sizesOf(100, false)).toEqual([600]);
  expect(await sizesOf(MIB, true)).toEqual([6 * MIB]);
});

it('gives out what had arrived when the directory is full, with a proof of no more than that', async () => {
  const pieces = cutPieces(
    {
      file: { sizeBytes: 100, partSizeBytes: 100 },
      parts: new Map(),
      offsetBytes: 0,
      limitBytes: 100,
      body: Readable.from([Buffer.from('abcd'), Buffer.from('efgh')]),
      observe: () => undefined,
    },
    await proven([memorySpool(5), memorySpool(5)]),
  );
  const value = (await pieces.next()).value as Piece | undefined;
  expect(value?.bytes.spool.sizeBytes).toBe(4);
  expect((await value?.bytes.prove())?.sha256).toBe(createHash('sha256').update('abcd').digest('hex'));
  await expect(pieces.next()).rejects.toThrow('full');
});

it.each([
  ['here', 3],
  ['on another thread', 2 * 1024 * 1024],
])('proves what is short and what is long alike: %s', async (_, sizeBytes) => {
  const memory = memorySpool();
  const file = await openProvenSpool(memory.spool, digester);
  file.begin(sizeBytes);
  await file.spool.append(Buffer.alloc(sizeBytes, 1));
  // Forgotten before it was proven: only what comes now counts.
  file.begin(sizeBytes);
  const content = Buffer.alloc(sizeBytes, 2);
  await file.spool.append(content.subarray(0, 1));
  await file.spool.append(content.subarray(1));
  const proof = await file.prove();
  expect(proof?.sha256).toBe(createHash('sha256').update(content).digest('hex'));
  expect(macOf(content, proof?.mac)).toBe(proof?.mac);
  // Also when the bytes were given away since; and never for others.
  file.spool.clear();
  await expect(file.prove()).resolves.toEqual(proof);
  file.begin(sizeBytes);
  await file.spool.append(Buffer.alloc(1));
  expect((await file.prove())?.sha256).toBe(createHash('sha256').update(Buffer.alloc(1)).digest('hex'));
  await file.close();
});

it('spends nothing on a proof where the store cannot take the file as it is', async () => {
  const file = await openProvenSpool(memorySpool(Infinity, false).spool, digester);
  file.begin(3);
  await file.spool.append(Buffer.alloc(3));
  await expect(file.prove()).resolves.toBeUndefined();
});
