import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import type { FileId } from '../../src/domain/ids.js';
import type { UploadLocks } from '../../src/ports/upload-locks.js';
import { completeUpload } from '../../src/usecases/complete-upload.js';
import {
  appendToUpload,
  type AppendDeps,
  type AppendInput,
  type AppendOutcome,
} from '../../src/usecases/resumable/append-to-upload.js';
import { PARTIAL_MARK } from '../../src/usecases/resumable/partial.js';
import { uploadPosition } from '../../src/usecases/resumable/upload-position.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACME, advance, draftFile } from '../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };
const BYTES = Buffer.from('all that there is');
const NOTHING = { algorithm: 'sha1', digest: createHash('sha1').digest() } as const;

const free: UploadLocks = {
  acquire: () =>
    Promise.resolve({
      wanted: new AbortController().signal,
      isHeld: () => true,
      release: () => Promise.resolve(),
    }),
};

describe('an upload whose bytes are all there', () => {
  let scene: InspectionScene;
  let deps: AppendDeps;
  beforeAll(async () => {
    scene = await openInspectionScene();
    const settings = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
    deps = { ...scene.deps, ids: createUuidV7Ids(), locks: free, settings };
  });
  afterAll(() => scene.close());

  const newUpload = async (changes: Partial<File>): Promise<FileId> => {
    const draft = draftFile(ACTOR, { partSizeBytes: 5_242_880, expiresAt: null, ...changes });
    const { handle } = await scene.deps.objects.beginUpload(draft.ingestKey);
    await scene.deps.files.transact(ACTOR, (tx) => tx.insert({ ...draft, ingestHandle: handle }));
    return draft.id;
  };
  const append = (
    fileId: FileId,
    offsetBytes: number,
    bytes: Buffer,
    more: Partial<AppendInput> = {},
  ): Promise<AppendOutcome> => {
    const body = Readable.from([bytes], { objectMode: false });
    return appendToUpload(deps)(ACTOR, { fileId, offsetBytes, body, ...more });
  };
  const position = (fileId: FileId): ReturnType<ReturnType<typeof uploadPosition>> =>
    uploadPosition(deps)(ACTOR, fileId);

  it.each([
    ['an upload of its own', [], 'complete'],
    ['a partial one', [PARTIAL_MARK], 'open'],
  ])('has the length that is told last only with its last part: %s', async (_what, metadata, phase) => {
    const fileId = await newUpload({ sizeBytes: null, metadata });
    await append(fileId, 0, BYTES);
    const told = { declaredSizeBytes: BYTES.length };
    const other = { ...NOTHING, digest: Buffer.alloc(20) };
    // As far as this one, a process that dies before the last part has come just as far.
    const refused = await append(fileId, BYTES.length, Buffer.alloc(0), { ...told, checksum: other });
    expect(refused).toMatchObject({ ok: false, fault: { code: 'CHECKSUM_MISMATCH' } });
    expect(await position(fileId)).toMatchObject({
      ok: true,
      value: { phase: 'open', offsetBytes: BYTES.length, file: { sizeBytes: null } },
    });
    const taken = await append(fileId, BYTES.length, Buffer.alloc(0), { ...told, checksum: NOTHING });
    expect(taken).toMatchObject({ ok: true, value: { phase, file: { sizeBytes: BYTES.length } } });
    const parts = await scene.deps.files.transact(ACTOR, (tx) => tx.parts(fileId));
    expect(parts).toMatchObject([{ partNumber: 1, sizeBytes: BYTES.length }]);
  });

  it.each([[0], [5_242_880]])(
    'is not complete after %d bytes while its length is unknown',
    async (sizeBytes) => {
      const fileId = await newUpload({ sizeBytes: null });
      await append(fileId, 0, Buffer.alloc(sizeBytes));
      const completed = await completeUpload(deps)(ACTOR, { fileId });
      expect(completed).toMatchObject({ ok: false, fault: { code: 'UPLOAD_INCOMPLETE' } });
      expect(await position(fileId)).toMatchObject({
        ok: true,
        value: { phase: 'open', offsetBytes: sizeBytes },
      });
    },
  );

  it('is left as it is by a request without bytes, also where it has no parts', async () => {
    const stored = { sizeBytes: BYTES.length, ingestHandle: null };
    const draft = draftFile(ACTOR, { expiresAt: null, ...stored });
    await scene.deps.files.transact(ACTOR, async (tx) => {
      await tx.insert(draft);
      await tx.receiveStored(draft.id);
    });
    await advance(scene.deps.files, ACTOR, draft.id, { kind: 'complete', sizeBytes: BYTES.length });
    expect(await append(draft.id, BYTES.length, Buffer.alloc(0))).toMatchObject({
      ok: true,
      value: { phase: 'complete', offsetBytes: BYTES.length },
    });
  });
});
