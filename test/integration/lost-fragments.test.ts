import { createHash } from 'node:crypto';
import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TransientError } from '../../src/domain/errors.js';
import type { File, Fragment } from '../../src/domain/file.js';
import { appendToUpload } from '../../src/usecases/resumable/append-to-upload.js';
import type { PromisedChecksum } from '../../src/usecases/resumable/body-checksum.js';
import { uploadPosition } from '../../src/usecases/resumable/upload-position.js';
import {
  openLostScene,
  SENDER,
  STORES,
  stream,
  type LostDeps,
  type LostScene,
} from '../support/lost-scene.js';

const BYTES = Buffer.from('four stretches, of three letters');
/** Where a request ends, and with it a stretch. */
const CUTS = [0, 8, 16, 24] as const;

describe.each(STORES)('a stretch of a part that %s has lost', (storeName, openStore) => {
  let scene: LostScene;
  let deps: LostDeps;
  beforeAll(async () => {
    scene = await openLostScene(openStore);
    ({ deps } = scene);
  });
  afterAll(() => scene.close());

  const append = (
    { id: fileId }: File,
    from: number,
    to = BYTES.length,
    own: LostDeps = deps,
    more: { checksum?: PromisedChecksum; declaredSizeBytes?: number } = {},
  ) =>
    appendToUpload(own)(SENDER, {
      fileId,
      offsetBytes: from,
      body: stream(BYTES.subarray(from, to)),
      ...more,
    });
  const fragmentsOf = ({ id }: File): Promise<readonly Fragment[]> =>
    deps.files.transact(SENDER, (tx) => tx.fragments(id));
  const usedBytes = (): Promise<number> =>
    deps.files.transact(SENDER, async (tx) => (await tx.usage()).bytes);
  const lose = ({ objectKey: key } = {} as Fragment): Promise<void> =>
    deps.objects.remove({ area: 'ingest', key });
  /** An upload with three stretches of its only part. */
  const begin = async (changes: Partial<File> = {}): Promise<File> => {
    const file = await scene.open({ sizeBytes: BYTES.length, ...changes });
    for (const [index, from] of CUTS.slice(0, 3).entries()) {
      expect(await append(file, from, CUTS[index + 1])).toMatchObject({ ok: true });
    }
    expect(await fragmentsOf(file)).toHaveLength(3);
    return file;
  };
  const standing = ({ id }: File) => uploadPosition(deps)(SENDER, id);
  const expectEnd = async (file: File): Promise<void> => {
    expect(await fragmentsOf(file)).toEqual([]);
    const [part] = await deps.files.transact(SENDER, (tx) => tx.parts(file.id));
    expect(part?.sha256).toBe(createHash('sha256').update(BYTES).digest('hex'));
    expect(await scene.find(file)).toMatchObject({ state: 'SCANNING', receivedBytes: BYTES.length });
  };

  it.each([
    [0, 0],
    [1, 8],
    [2, 16],
  ])('(number %d) is sent again from byte %d', async (index, offsetBytes) => {
    const file = await begin();
    const before = await fragmentsOf(file);
    await lose(before[index]);
    expect(await append(file, 24)).toMatchObject({
      ok: false,
      fault: { code: 'CONFLICT', message: expect.stringContaining('lost') as unknown },
      position: { phase: 'open', offsetBytes },
    });
    expect(await standing(file)).toMatchObject({ value: { phase: 'open', offsetBytes } });
    expect(await scene.find(file)).toMatchObject({ state: 'RECEIVING', receivedBytes: offsetBytes });
    expect(await fragmentsOf(file)).toEqual(before.slice(0, index));
    // What came behind it is of no use, and must not stay for nothing.
    for (const { objectKey: key } of before.slice(index)) {
      expect(await deps.objects.stat({ area: 'ingest', key })).toBeUndefined();
    }
    expect(await append(file, offsetBytes)).toMatchObject({ ok: true, value: { phase: 'complete' } });
    await expectEnd(file);
  });

  it.each([
    ['other bytes', 'changed.'],
    ['fewer bytes', 'changed'],
    ['more bytes', 'changed..'],
  ])('is sent again where %s lie in its place', async (_what, text) => {
    const file = await begin();
    const [, second] = await fragmentsOf(file);
    const place = { area: 'ingest', key: second?.objectKey ?? '' } as const;
    await deps.objects.write(place, text.length, stream(Buffer.from(text)));
    expect(await append(file, 24)).toMatchObject({
      fault: { code: 'CONFLICT' },
      position: { phase: 'open', offsetBytes: 8 },
    });
    expect(await append(file, 8)).toMatchObject({ ok: true });
    await expectEnd(file);
  });

  it('is sent again also where many were to be joined to one', async () => {
    const file = await scene.open({ sizeBytes: BYTES.length });
    const joins = BYTES.length - 1;
    for (let at = 0; at < joins; at += 1) await append(file, at, at + 1);
    const [, , third] = await fragmentsOf(file);
    await deps.objects.write({ area: 'ingest', key: third?.objectKey ?? '' }, 1, stream(Buffer.from('!')));
    expect(await append(file, joins)).toMatchObject({ position: { phase: 'open', offsetBytes: 2 } });
    expect(await append(file, 2)).toMatchObject({ ok: true });
    await expectEnd(file);
  });

  it('is sent again where a request was to be proven', async () => {
    const file = await begin();
    await lose((await fragmentsOf(file))[1]);
    const digest = createHash('sha1').update(BYTES.subarray(24)).digest();
    expect(
      await append(file, 24, BYTES.length, deps, { checksum: { algorithm: 'sha1', digest } }),
    ).toMatchObject({
      fault: { code: 'CONFLICT' },
      position: { offsetBytes: 8 },
    });
    expect(await append(file, 8)).toMatchObject({ ok: true });
    await expectEnd(file);
  });

  it('is sent again also where all that was left to come is the length', async () => {
    const before = await usedBytes();
    const file = await begin({ sizeBytes: null });
    expect(await append(file, 24)).toMatchObject({ ok: true });
    await lose((await fragmentsOf(file))[2]);
    const declared = { declaredSizeBytes: BYTES.length };
    expect(await append(file, 32, 32, deps, declared)).toMatchObject({
      fault: { code: 'CONFLICT' },
      position: { offsetBytes: 16 },
    });
    expect((await usedBytes()) - before).toBe(16);
    expect(await append(file, 16, 32, deps, declared)).toMatchObject({ ok: true });
    await expectEnd(file);
    expect((await usedBytes()) - before).toBe(BYTES.length);
  });

  it('is not missed where another request has made the part of it meanwhile', async () => {
    const file = await begin();
    let isFirst = true;
    const read: LostDeps['objects']['read'] = async (...args) => {
      if (!isFirst) return deps.objects.read(...args);
      isFirst = false;
      expect(await append(file, 24)).toMatchObject({ ok: true });
      return deps.objects.read(...args);
    };
    const late = await append(file, 24, BYTES.length, { ...deps, objects: { ...deps.objects, read } });
    expect(late).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
    await expectEnd(file);
  });

  it('is not given up where the store is only away', async () => {
    const file = await begin();
    const away = new TransientError('object-store', 'away');
    const objects = { ...deps.objects, read: () => Promise.reject(away) };
    await expect(append(file, 24, BYTES.length, { ...deps, objects })).rejects.toBe(away);
    expect(await fragmentsOf(file)).toHaveLength(3);
    expect(await append(file, 24)).toMatchObject({ ok: true });
    await expectEnd(file);
  });

  if (storeName === 'the file system') {
    it.each([
      ['is gone', (part: string) => rm(part)],
      ['has become shorter', (part: string) => truncate(part, 5)],
      ['has other bytes', (part: string) => writeFile(part, 'changed.')],
    ])('is sent again where only its file %s', async (_what, change) => {
      const file = await begin();
      const [, second] = await fragmentsOf(file);
      const directory = path.join(scene.root, 'ingest', `${second?.objectKey ?? ''}.object`);
      const names = await readdir(directory, { recursive: true });
      const parts = names.filter((name) => name.includes('sealed-') && name.includes('/'));
      expect(parts).toHaveLength(1);
      await change(path.join(directory, parts[0] ?? ''));
      expect(await append(file, 24)).toMatchObject({ position: { phase: 'open', offsetBytes: 8 } });
      expect(await append(file, 8)).toMatchObject({ ok: true });
      await expectEnd(file);
    });
  }
});
