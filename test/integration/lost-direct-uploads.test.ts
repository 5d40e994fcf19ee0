import { randomBytes } from 'node:crypto';
import { Client } from 'minio';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { MisconfiguredError, TransientError } from '../../src/domain/errors.js';
import type { File } from '../../src/domain/file.js';
import type { DirectTransfer } from '../../src/ports/object-store.js';
import { completeUpload } from '../../src/usecases/complete-upload.js';
import { followDirect } from '../../src/usecases/direct/follow-direct.js';
import { cancelUpload } from '../../src/usecases/end-file.js';
import { uploadStatus } from '../../src/usecases/read-files.js';
import { appendToUpload } from '../../src/usecases/resumable/append-to-upload.js';
import { uploadPosition } from '../../src/usecases/resumable/upload-position.js';
import { signUploadParts } from '../../src/usecases/sign-upload-parts.js';
import {
  GONE,
  openLostScene,
  openS3,
  SENDER,
  stream,
  type LostDeps,
  type LostScene,
} from '../support/lost-scene.js';

const BYTES = Buffer.from('ten bytes.');

describe('an open upload whose parts go straight to a store that has lost it', () => {
  let scene: LostScene;
  let deps: LostDeps;
  beforeAll(async () => {
    scene = await openLostScene(() => openS3());
    ({ deps } = scene);
  });
  afterAll(() => scene.close());
  beforeEach(() => void scene.lost.splice(0));

  const open = (changes: Partial<File> = {}): Promise<File> =>
    scene.open({ transferMode: 'DIRECT', ...changes });
  const sign = ({ id: fileId }: File, own = deps) =>
    signUploadParts(own)(SENDER, { fileId, parts: [{ partNumber: 1 }] });
  const complete = ({ id: fileId }: File, own = deps) => completeUpload(own)(SENDER, { fileId });
  const append = ({ id: fileId }: File) =>
    appendToUpload(deps)(SENDER, { fileId, offsetBytes: 0, body: stream(BYTES) });
  const follow = ({ id: fileId, tenantId }: File, own = deps) => followDirect(own)({ fileId, tenantId });
  /** The store with another way to list parts. */
  const listing = (listParts: (real: DirectTransfer) => DirectTransfer['listParts']): LostDeps => {
    const { direct } = deps.objects;
    if (!direct) throw new Error('The store takes no parts from clients.');
    return { ...deps, objects: { ...deps.objects, direct: { ...direct, listParts: listParts(direct) } } };
  };
  const usedBytes = (): Promise<number> =>
    deps.files.transact(SENDER, async (tx) => (await tx.usage()).bytes);

  it.each([
    ['its parts are signed', sign, GONE],
    ['it is completed', complete, GONE],
    ['it is gone on with by tus', append, { ok: false, position: { phase: 'over' } }],
    [
      'somebody asks where it stands',
      ({ id }: File) => uploadPosition(deps)(SENDER, id),
      { ok: true, value: { phase: 'over' } },
    ],
    ['somebody asks for its parts', (file: File) => uploadStatus(deps)(SENDER, file), { ok: true }],
  ])('ends when %s', async (_when, act, answer) => {
    const before = await usedBytes();
    const file = await open();
    await scene.lose(file);
    expect(await act(file)).toMatchObject(answer);
    await scene.expectLost(file);
    expect(await usedBytes()).toBe(before);
    expect(await sign(file)).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
    expect(await complete(file)).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
    expect(scene.lost).toHaveLength(1);
  });

  it('ends when the worker follows it', async () => {
    const file = await open();
    await scene.lose(file);
    await follow(file);
    await scene.expectLost(file);
  });

  it('ends when its parts are to go straight to the store from now on', async () => {
    const file = await open({ transferMode: 'PROXIED' });
    await scene.lose(file);
    const parts = [{ partNumber: 1 }];
    const wanted = { fileId: file.id, parts, transport: 'DIRECT' } as const;
    expect(await signUploadParts(deps)(SENDER, wanted)).toMatchObject(GONE);
    await scene.expectLost(file);
  });

  it('stays open while it is so young that not all of the store may know it', async () => {
    const file = await open({ createdAt: new Date() });
    await scene.lose(file);
    expect(await sign(file)).toMatchObject({ ok: true });
    await expect(complete(file)).rejects.toBeInstanceOf(TransientError);
    expect(await scene.find(file)).toMatchObject({ state: 'PENDING' });
    expect(scene.lost).toEqual([]);
  });

  it.each([
    ['is away', new TransientError('object-store', 'away')],
    ['refuses us', new MisconfiguredError('object-store', 'AccessDenied', 'refused')],
  ])('stays open where the store only %s', async (_why, error) => {
    const file = await open();
    await scene.lose(file);
    const own = listing(() => () => Promise.reject(error));
    expect(await sign(file, own)).toMatchObject({ ok: true });
    await expect(complete(file, own)).rejects.toBe(error);
    await expect(follow(await open(), own)).rejects.toBe(error);
    expect(await scene.find(file)).toMatchObject({ state: 'PENDING' });
    expect(scene.lost).toEqual([]);
  });

  it.each([
    ['', {}],
    [' right after it was opened', { createdAt: new Date() }],
  ])('stays what it is where somebody else has ended it meanwhile%s', async (_when, changes) => {
    const file = await open(changes);
    const own = listing((real) => async (...args) => {
      expect(await cancelUpload(deps)(SENDER, { fileId: file.id })).toMatchObject({ ok: true });
      await scene.lose(file);
      return real.listParts(...args);
    });
    expect(await complete(file, own)).toMatchObject({
      ok: false,
      fault: { message: 'The upload is CANCELLED.' },
    });
    expect(await scene.find(file)).toMatchObject({ state: 'CANCELLED' });
    expect(scene.lost).toEqual([]);
  });

  it('stays open where its bytes are an object already, as those of a partial upload can be', async () => {
    const file = await open();
    const { objects } = deps;
    const upload = { key: file.ingestKey, handle: file.ingestHandle ?? '' };
    const part = await objects.putPart(upload, 1, BYTES.length, stream(BYTES));
    await objects.finishUpload(upload, [part]);
    await follow(file);
    expect(await scene.find(file)).toMatchObject({ state: 'PENDING' });
    expect(scene.lost).toEqual([]);
  });
});

describe('an open upload in a store that is not the one it was opened in', () => {
  const { endpoint, accessKey, secretKey, region } = inject('services').s3;
  const { hostname: endPoint, port } = new URL(endpoint);
  const client = new Client({ endPoint, port: Number(port), useSSL: false, accessKey, secretKey, region });
  it.each([
    ['has no such bucket', (prefix: string) => removeBucket(`${prefix}-ingest`)],
    ['has not the id of the store', (prefix: string) => client.removeObject(`${prefix}-vault`, '.store-id')],
  ])('stays open where that one %s', async (_what, exchange) => {
    const prefix = `lost-${randomBytes(6).toString('hex')}`;
    const scene = await openLostScene(async () => {
      const store = await openS3(prefix);
      await store.identify('0190b0c4-0000-7000-8000-00000000000a');
      return store;
    });
    try {
      const file = await scene.open({ transferMode: 'DIRECT' });
      await scene.lose(file);
      await exchange(prefix);
      const completed = completeUpload(scene.deps)(SENDER, { fileId: file.id });
      await expect(completed).rejects.toBeInstanceOf(TransientError);
      expect(await scene.find(file)).toMatchObject({ state: 'PENDING' });
      expect(scene.lost).toEqual([]);
    } finally {
      await scene.close();
    }
  });
  const removeBucket = async (bucket: string): Promise<void> => {
    const items = (await client.listObjectsV2(bucket, '', true).toArray()) as { readonly name: string }[];
    for (const { name } of items) await client.removeObject(bucket, name);
    await client.removeBucket(bucket);
  };
});
