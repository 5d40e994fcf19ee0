import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scanner } from '../../src/ports/scanner.js';
import { scanChunks } from '../support/make-scanner.js';
import { EICAR, encryptedZip, zipOf } from '../support/samples.js';

/** A scanner to be tested, that knows the EICAR test string. */
export interface ScannerUnderTest {
  readonly scanner: Scanner;
  /** The same with a limit of 1 MiB for a stream, where its adapter does not check itself. */
  readonly limited: Scanner;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;

/** What every scanner guarantees. */
export function describeScanner(name: string, open: () => Promise<ScannerUnderTest>): void {
  describe(`scanner: ${name}`, () => {
    let tested: ScannerUnderTest;
    beforeAll(async () => {
      tested = await open();
    });
    afterAll(() => tested.close());
    const scan = (bytes: Buffer): ReturnType<typeof scanChunks> => scanChunks(tested.scanner, [bytes]);

    it('says which engine and definitions it uses, in status and in sessions', async () => {
      const status = await tested.scanner.status();
      expect(status.engine).toMatch(/\S/);
      expect(status.definitionsVersion).toMatch(/\S/);
      const session = await tested.scanner.begin();
      const { engine, definitionsVersion } = session;
      session.abort();
      expect({ engine, definitionsVersion }).toEqual({
        engine: status.engine,
        definitionsVersion: status.definitionsVersion,
      });
    });

    it.each([0, 1, 2, MIB - 1, MIB, 5 * MIB + 17])('lets %i random bytes pass', async (sizeBytes) => {
      expect(await scan(randomBytes(sizeBytes))).toEqual({ kind: 'ok' });
    });

    it('finds the test string plain, in zip, in zip in zip and in gzip', async () => {
      const zipped = await zipOf('eicar.com', EICAR);
      const nested = await zipOf('inner.zip', zipped);
      for (const bytes of [EICAR, zipped, nested, gzipSync(EICAR)]) {
        const reply = await scan(bytes);
        expect(reply.kind).toBe('found');
        expect(reply).toHaveProperty('signature', expect.stringMatching(/eicar/i));
      }
    });

    it('finds what comes byte by byte and what straddles any border', async () => {
      const bytes = Buffer.concat([Buffer.alloc(512 * 1024 - 20, ' '), EICAR]);
      const halves = [bytes.subarray(0, 512 * 1024), bytes.subarray(512 * 1024)];
      expect((await scanChunks(tested.scanner, halves)).kind).toBe('found');
      expect((await scanChunks(tested.scanner, bytesOf(EICAR))).kind).toBe('found');
    });

    it('does not pass judgement on an encrypted archive', async () => {
      expect((await scan(await encryptedZip(EICAR))).kind).toBe('encrypted');
    });

    it('says that a stream is too long, every time', async () => {
      for (let round = 0; round < 20; round += 1) {
        const chunks = Array.from({ length: 64 }, () => randomBytes(MIB / 16));
        expect((await scanChunks(tested.limited, chunks)).kind).toBe('limit');
      }
    });

    it('judges many streams at the same time, each by itself', async () => {
      const replies = await Promise.all(
        Array.from({ length: 24 }, (_, index) => scan(index % 3 === 0 ? EICAR : randomBytes(100_000))),
      );
      expect(replies.map((reply) => reply.kind)).toEqual(
        Array.from({ length: 24 }, (_, index) => (index % 3 === 0 ? 'found' : 'ok')),
      );
    });

    it('forgets a stream that is given up', async () => {
      const session = await tested.scanner.begin();
      await session.write(EICAR);
      session.abort();
      await expect(session.finish()).rejects.toThrow();
      expect(await scan(Buffer.from('harmless'))).toEqual({ kind: 'ok' });
    });
  });
}

function* bytesOf(bytes: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
}
