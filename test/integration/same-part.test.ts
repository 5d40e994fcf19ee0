import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import { completeUpload } from '../../src/usecases/complete-upload.js';
import { cancelUpload } from '../../src/usecases/end-file.js';
import { receivePart } from '../../src/usecases/receive-part.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACME, draftFile } from '../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };
/** Some of them are hashed by another thread. */
const SIZES = [1_000, 1_500_000] as const;
const TWINS = 6;
const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe.each(SIZES)(
  'a part of %i bytes that is sent several times at once, each time with other bytes',
  (sizeBytes) => {
    let scene: InspectionScene;
    beforeAll(async () => {
      scene = await openInspectionScene();
    });
    afterAll(() => scene.close());

    const open = async (): Promise<File> => {
      const draft = draftFile(ACTOR, { sizeBytes, partSizeBytes: 5_242_880, expiresAt: null });
      const ingestKey = `${ACTOR.tenantId}/${draft.id}`;
      const { handle } = await scene.deps.objects.beginUpload(ingestKey);
      const file = { ...draft, ingestKey, ingestHandle: handle };
      await scene.deps.files.transact(ACTOR, (tx) => tx.insert(file));
      return file;
    };
    const send = ({ tenantId, id: fileId }: File) => {
      const chunks = Array.from({ length: 10 }, () => randomBytes(sizeBytes / 10));
      return receivePart(scene.deps)({ tenantId, fileId, partNumber: 1, sizeBytes, subject: 'alice' }, ACME, {
        body: Readable.from(chunks, { objectMode: false }),
        signal: new AbortController().signal,
      });
    };
    const names = async (file: File): Promise<string[]> => {
      const found = await readdir(path.join(scene.root, 'ingest', `${file.ingestKey}.object`), {
        recursive: true,
      });
      return found.filter((name) => path.basename(name).startsWith('1-'));
    };
    /** Who cancels does not wait until all of it is gone. */
    const expectNoRests = async (): Promise<void> => {
      await expect.poll(() => readdir(path.join(scene.root, 'tmp'))).toEqual([]);
    };

    it('has the bytes that the ledger names, and no others are left', async () => {
      const file = await open();
      const received = await Promise.all(Array.from({ length: TWINS }, () => send(file)));
      expect(received.every(({ ok }) => ok)).toBe(true);
      const [part] = await scene.deps.files.transact(ACTOR, (tx) => tx.parts(file.id));
      const [name = '', ...others] = await names(file);
      expect([path.basename(name), others]).toEqual([`1-${part?.etag ?? ''}`, []]);
      const stored = await readFile(path.join(scene.root, 'ingest', `${file.ingestKey}.object`, name));
      expect(sha256Of(stored)).toBe(part?.sha256);
      expect(await scene.find(file)).toMatchObject({ state: 'RECEIVING', receivedBytes: sizeBytes });
      await expectNoRests();
    });

    it('is either of the file or refused while the upload is completed and inspected', async () => {
      const file = await open();
      await send(file);
      const late = Array.from({ length: TWINS }, () => send(file));
      const completed = await completeUpload({ ...scene.deps, settings: { idempotencyTtlSeconds: 60 } })(
        ACTOR,
        { fileId: file.id },
      );
      expect(completed).toMatchObject({ ok: true });
      const [part] = await scene.deps.files.transact(ACTOR, (tx) => tx.parts(file.id));
      const inspecting = scene.inspect(await scene.find(file));
      const received = await Promise.all(late);
      for (const outcome of received.filter(({ ok }) => !ok)) {
        expect(outcome).toMatchObject({ fault: { code: 'CONFLICT' } });
      }
      await inspecting;
      expect(await scene.find(file)).toMatchObject({ state: 'CLEAN', sha256: part?.sha256 });
      await expect(names(file)).rejects.toMatchObject({ code: 'ENOENT' });
      await expectNoRests();
    });

    it('leaves nothing behind while the upload is cancelled', async () => {
      const file = await open();
      const late = Array.from({ length: TWINS }, () => send(file));
      await late[0];
      const cancelled = await cancelUpload({ ...scene.deps, settings: { idempotencyTtlSeconds: 60 } })(
        ACTOR,
        { fileId: file.id },
      );
      expect(cancelled).toMatchObject({ ok: true });
      for (const outcome of await Promise.all(late)) {
        if (!outcome.ok) expect(outcome).toMatchObject({ fault: { code: 'CONFLICT' } });
      }
      expect(await scene.find(file)).toMatchObject({ state: 'CANCELLED' });
      await expect
        .poll(() => names(file).catch((error: unknown) => (error as { code: string }).code))
        .toBe('ENOENT');
      await expectNoRests();
    });
  },
);
