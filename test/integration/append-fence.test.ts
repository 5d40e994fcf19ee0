import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import type { FileId } from '../../src/domain/ids.js';
import type { UploadLocks } from '../../src/ports/upload-locks.js';
import {
  appendToUpload,
  type AppendDeps,
  type AppendOutcome,
} from '../../src/usecases/resumable/append-to-upload.js';
import { withdrawUpload, type EndFileDeps } from '../../src/usecases/end-file.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACME, draftFile } from '../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };
const BYTES = Buffer.from('the bytes of one upload, from two requests');

/** Everybody gets every lock and believes in it for ever, as after a Redis that forgot and a clock that stood still. */
const everybodyHolds: UploadLocks = {
  acquire: () =>
    Promise.resolve({
      wanted: new AbortController().signal,
      isHeld: () => true,
      release: () => Promise.resolve(),
    }),
};

/** A body that ends when it is told to. */
function slowBody(bytes: Buffer): { body: Readable; isRead: Promise<void>; end(): void } {
  const read = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  async function* chunks(): AsyncGenerator<Buffer> {
    yield bytes;
    read.resolve();
    await rest.promise;
  }
  return { body: Readable.from(chunks(), { objectMode: false }), isRead: read.promise, end: rest.resolve };
}

describe('two requests that both believe that they alone may append', () => {
  let scene: InspectionScene;
  let deps: AppendDeps & EndFileDeps;
  beforeAll(async () => {
    scene = await openInspectionScene();
    const settings = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
    deps = { ...scene.deps, ids: createUuidV7Ids(), locks: everybodyHolds, settings };
  });
  afterAll(() => scene.close());

  const newUpload = (): Promise<FileId> =>
    scene.deps.files.transact(ACTOR, async (tx) => {
      const draft = draftFile(ACTOR, { sizeBytes: BYTES.length, partSizeBytes: 5_242_880, expiresAt: null });
      const { handle } = await scene.deps.objects.beginUpload(draft.ingestKey);
      await tx.insert({ ...draft, ingestHandle: handle });
      return draft.id;
    });
  const append = (fileId: FileId, body: Readable, opened?: File): Promise<AppendOutcome> =>
    appendToUpload(deps)(ACTOR, { fileId, offsetBytes: 0, body, opened });

  it('the one that began first writes nothing after the other one has begun', async () => {
    const fileId = await newUpload();
    const [first, second] = [slowBody(BYTES.subarray(0, 10)), slowBody(BYTES)];
    const early = append(fileId, first.body);
    await first.isRead;
    const late = append(fileId, second.body);
    await second.isRead;
    first.end();
    expect(await early).toMatchObject({
      ok: false,
      fault: { code: 'CONFLICT' },
      position: { offsetBytes: 0 },
    });
    second.end();
    expect(await late).toMatchObject({ ok: true, value: { phase: 'complete', offsetBytes: BYTES.length } });
  });

  const find = (fileId: FileId): Promise<File | undefined> =>
    scene.deps.files.transact(ACTOR, (tx) => tx.find(fileId));

  it('the one that has opened the upload took no turn, and writes nothing after another one has begun', async () => {
    const fileId = await newUpload();
    const opened = await find(fileId);
    const [first, second] = [slowBody(BYTES), slowBody(BYTES)];
    const early = append(fileId, first.body, opened);
    await first.isRead;
    const late = append(fileId, second.body);
    await second.isRead;
    first.end();
    expect(await early).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
    // Whose client was never told of the upload gives it up, but not what somebody else is sending.
    if (opened) await withdrawUpload(deps)(ACTOR, opened);
    second.end();
    expect(await late).toMatchObject({ ok: true, value: { phase: 'complete' } });
  });

  it('an upload that nobody else goes on with is given up by the one that has opened it', async () => {
    const fileId = await newUpload();
    const opened = await find(fileId);
    if (opened) await withdrawUpload(deps)(ACTOR, opened);
    expect(await find(fileId)).toMatchObject({ state: 'CANCELLED' });
  });

  it('nothing of the overtaken one stays, also when the other one brings nothing', async () => {
    const fileId = await newUpload();
    const first = slowBody(BYTES);
    const early = append(fileId, first.body);
    await first.isRead;
    expect(await append(fileId, Readable.from([], { objectMode: false }))).toMatchObject({ ok: true });
    first.end();
    expect(await early).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
    const rows = await scene.deps.files.transact(ACTOR, async (tx) => [
      ...(await tx.parts(fileId)),
      ...(await tx.fragments(fileId)),
    ]);
    expect(rows).toEqual([]);
  });
});
