import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createThreadedDigester } from '../../../src/adapters/digest/threaded-digester.js';
import { createFilesystemStore } from '../../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { UploadGoneError } from '../../../src/domain/errors.js';
import type { File } from '../../../src/domain/file.js';
import type { Digester } from '../../../src/ports/digester.js';
import { givePart } from '../../../src/usecases/give-part.js';
import { createPartMac, keyOfMac } from '../../../src/usecases/part-mac.js';
import { makeFile } from '../../support/make-file.js';

const CHUNK_BYTES = 64 * 1024;
/** Odd, so that the last block is not whole; above what is hashed by the caller's own thread. */
const BYTES = randomBytes(3 * 1024 * 1024 + 7);
const SMALL = randomBytes(1_000);
const SHA256 = sha256Of(BYTES);

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Chunks with memory of their own, as a socket makes them. */
const bodyOf = (bytes: Buffer): Readable => {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  const chunks = Array.from({ length: count }, (_, index) =>
    Buffer.from(new Uint8Array(bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)).buffer),
  );
  return Readable.from(chunks, { objectMode: false });
};

describe('a part that is given to a store on a disk', () => {
  let root = '';
  let objects: Awaited<ReturnType<typeof createFilesystemStore>>;
  let file: File;
  const digests = createThreadedDigester();
  beforeEach(async () => {
    root = path.join(await mkdtemp(path.join(tmpdir(), 'lazaret-give-')), 'objects');
    objects = await createFilesystemStore({ root, clock: createSystemClock() });
    const { handle: ingestHandle } = await objects.beginUpload('tenant/file');
    file = makeFile({ ingestKey: 'tenant/file', ingestHandle });
  });
  afterEach(async () => {
    expect(await readdir(path.join(root, 'tmp'))).toEqual([]);
    await rm(path.dirname(root), { recursive: true, force: true });
  });
  const send = (
    body: Readable,
    expected: { sizeBytes: number; sha256?: string },
    changes: { digests?: Digester; signal?: AbortSignal } = {},
  ) => {
    const { signal = new AbortController().signal } = changes;
    const part = { partNumber: 1, ...expected };
    return givePart({ objects, digests: changes.digests ?? digests }, file, part, body, signal);
  };
  const staged = (): Promise<string[]> => readdir(path.join(root, 'ingest'), { recursive: true });
  const stored = async (part: { partNumber: number; etag: string }): Promise<Buffer | undefined> => {
    const upload = { key: file.ingestKey, handle: file.ingestHandle ?? '' };
    await objects.finishUpload(upload, [part]);
    const object = await objects.read({ area: 'ingest', key: file.ingestKey });
    return object && (await buffer(object.body));
  };

  it.each([
    { name: 'large', bytes: BYTES },
    { name: 'small', bytes: SMALL },
    { name: 'empty', bytes: Buffer.alloc(0) },
  ])('has its bytes, its checksum and its MAC where it is $name', async ({ bytes }) => {
    const part = await send(bodyOf(bytes), { sizeBytes: bytes.length, sha256: sha256Of(bytes) });
    expect(part).toMatchObject({ partNumber: 1, sizeBytes: bytes.length, sha256: sha256Of(bytes) });
    const mac = createPartMac(keyOfMac(part.mac ?? ''));
    mac.update(bytes);
    expect(part.mac).toBe(mac.finish());
    expect((await stored(part))?.equals(bytes)).toBe(true);
  });

  it.each([
    { name: 'another checksum', expected: { sizeBytes: BYTES.length, sha256: 'f'.repeat(64) } },
    { name: 'too many bytes', expected: { sizeBytes: BYTES.length - 1 } },
    { name: 'too few bytes', expected: { sizeBytes: BYTES.length + 1 } },
  ])('is refused, and never there, with $name', async ({ expected }) => {
    const code = 'sha256' in expected ? 'CHECKSUM_MISMATCH' : 'BAD_USER_INPUT';
    const before = await staged();
    await expect(send(bodyOf(BYTES), expected)).rejects.toMatchObject({ fault: { code } });
    expect(await staged()).toEqual(before);
    await send(bodyOf(BYTES), { sizeBytes: BYTES.length });
    expect(await staged()).toHaveLength(before.length + 1);
  });

  it('is never there when its sender breaks off', async () => {
    const broken = Readable.from(
      (function* () {
        yield Buffer.from(BYTES);
        throw new Error('The client went away.');
      })(),
      { objectMode: false },
    );
    const before = await staged();
    await expect(send(broken, { sizeBytes: BYTES.length + 1 })).rejects.toThrow('went away');
    const gone = AbortSignal.abort(new Error('The client is gone.'));
    const late = send(bodyOf(BYTES), { sizeBytes: BYTES.length }, { signal: gone });
    await expect(late).rejects.toThrow('is gone');
    expect(await staged()).toEqual(before);
  });

  it('is refused before any of it is taken where its upload is gone', async () => {
    await objects.abortUpload({ key: file.ingestKey, handle: file.ingestHandle ?? '' });
    const body = bodyOf(BYTES);
    await expect(send(body, { sizeBytes: BYTES.length })).rejects.toBeInstanceOf(UploadGoneError);
    expect(body.readableDidRead).toBe(false);
  });

  it('is read once more where the thread has died that was to hash it', async () => {
    const dying: Digester = {
      begin: (...args) => ({
        ...digests.begin(...args),
        finish: () => Promise.reject(new Error('The thread has died.')),
      }),
    };
    const part = await send(bodyOf(BYTES), { sizeBytes: BYTES.length, sha256: SHA256 }, { digests: dying });
    expect(part.sha256).toBe(SHA256);
    expect((await stored(part))?.equals(BYTES)).toBe(true);
  });
});
