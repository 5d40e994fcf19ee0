import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import { TransientError, UploadGoneError } from '../../src/domain/errors.js';
import type { File } from '../../src/domain/file.js';
import type { ObjectStore } from '../../src/ports/object-store.js';
import type { SpoolingStore } from '../../src/ports/spool.js';
import type { UploadLocks } from '../../src/ports/upload-locks.js';
import { receiveFile } from '../../src/usecases/receive-file.js';
import { receivePart } from '../../src/usecases/receive-part.js';
import { appendToUpload, type AppendDeps } from '../../src/usecases/resumable/append-to-upload.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACME, draftFile } from '../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };
const BYTES = Buffer.from('half of it');
const GONE = {
  ok: false,
  fault: { code: 'CONFLICT', message: expect.stringContaining('begin a new one') as unknown },
};
const OVER = {
  ok: false,
  fault: { code: 'CONFLICT', message: expect.stringContaining('EXPIRED') as unknown },
};
const signal = new AbortController().signal;
const stream = (bytes: Buffer): Readable => Readable.from([bytes], { objectMode: false });

const free: UploadLocks = {
  acquire: async () => ({ wanted: signal, isHeld: () => true, release: async () => undefined }),
};

type Store = ObjectStore & SpoolingStore;

describe('an open upload that the store has lost', () => {
  let scene: InspectionScene;
  let deps: AppendDeps;
  const lost: string[] = [];
  beforeAll(async () => {
    scene = await openInspectionScene();
    const settings = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
    const onLost = ({ id }: File): void => void lost.push(id);
    deps = { ...scene.deps, ids: createUuidV7Ids(), locks: free, settings, onLost };
  });
  afterAll(() => scene.close());
  beforeEach(() => void lost.splice(0));

  const open = async (): Promise<File> => {
    const draft = draftFile(ACTOR, { sizeBytes: BYTES.length, partSizeBytes: 5_242_880, expiresAt: null });
    const { handle } = await scene.deps.objects.beginUpload(draft.ingestKey);
    const file = { ...draft, ingestHandle: handle };
    await scene.deps.files.transact(ACTOR, (tx) => tx.insert(file));
    return file;
  };
  const lose = ({ ingestKey: key, ingestHandle }: File): Promise<void> =>
    scene.deps.objects.abortUpload({ key, handle: ingestHandle ?? '' });
  const putPart = ({ tenantId, id: fileId }: File, objects: Store = deps.objects) =>
    receivePart({ ...deps, objects })(
      { tenantId, fileId, partNumber: 1, sizeBytes: BYTES.length, subject: 'alice' },
      ACME,
      { body: stream(BYTES), signal },
    );
  const append = ({ id: fileId }: File) =>
    appendToUpload(deps)(ACTOR, { fileId, offsetBytes: 0, body: stream(BYTES) });
  const sendWhole = (idempotencyKey: string, objects = deps.objects) =>
    receiveFile({ ...deps, objects, settings: { sessionTtlSeconds: 60, idempotencyTtlSeconds: 60 } })(ACTOR, {
      ...{ name: 'whole.bin', idempotencyKey, body: stream(BYTES), signal },
    });

  const expectEnded = async (file: File): Promise<void> => {
    expect(lost).toEqual([file.id]);
    expect(await scene.find(file)).toMatchObject({ state: 'EXPIRED' });
    const { bytes, log } = await scene.deps.files.transact(ACTOR, async (tx) => ({
      bytes: (await tx.usage()).bytes,
      log: await tx.sagaSteps(file.id, 10),
    }));
    expect(bytes).toBe(0);
    expect(log.map(({ cause }) => cause)).toContain('CONTENT_LOST');
  };

  it.each([
    ['part', putPart],
    ['request of tus', append],
  ])('ends with the next %s, whose sender learns what to do', async (_what, send) => {
    const file = await open();
    await lose(file);
    expect(await send(file)).toMatchObject(GONE);
    await expectEnded(file);
    expect(await send(file)).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
    expect(await append(file)).toMatchObject({ position: { phase: 'over' } });
  });

  it('ends with the next whole file, and its key is that of an upload that is over', async () => {
    const objects = {
      ...deps.objects,
      putPart: async (...[upload, ...rest]: Parameters<typeof deps.objects.putPart>) => {
        await deps.objects.abortUpload(upload);
        return deps.objects.putPart(upload, ...rest);
      },
    };
    expect(await sendWhole('lost', objects)).toMatchObject(GONE);
    const [id = ''] = lost;
    await expectEnded(await scene.find({ id } as File));
    expect(await sendWhole('lost')).toMatchObject(OVER);
    expect(await sendWhole('another')).toMatchObject({ ok: true });
  });

  it('goes on where what the store has lost is a fragment on its way', async () => {
    const file = await open();
    const write: Store['write'] = ({ key }) =>
      Promise.reject(new UploadGoneError('object-store', key, 'gone'));
    const begun = { fileId: file.id, offsetBytes: 0, body: stream(BYTES.subarray(0, 4)) };
    const objects = { ...deps.objects, write };
    const sent = appendToUpload({ ...deps, objects })(ACTOR, begun);
    await expect(sent).rejects.toBeInstanceOf(UploadGoneError);
    expect(lost).toEqual([]);
    expect(await append(file)).toMatchObject({ ok: true, value: { phase: 'complete' } });
  });

  it('goes on where the store is only away', async () => {
    const file = await open();
    const away = new TransientError('object-store', 'away');
    const { spool: _, ...streaming }: Store = deps.objects;
    const ways: Store[] = [
      { ...streaming, putPart: () => Promise.reject(away) },
      { ...streaming, spool: { open: () => Promise.reject(away) } },
    ];
    for (const objects of ways) await expect(putPart(file, objects)).rejects.toBe(away);
    expect(await putPart(file)).toMatchObject({ ok: true });
    expect(lost).toEqual([]);
  });
});
