import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TransientError } from '../../src/domain/errors.js';
import type { File } from '../../src/domain/file.js';
import { receivePart } from '../../src/usecases/receive-part.js';
import { appendToUpload } from '../../src/usecases/resumable/append-to-upload.js';
import { joinUploads } from '../../src/usecases/resumable/join-uploads.js';
import { PARTIAL_MARK } from '../../src/usecases/resumable/partial.js';
import {
  openLostScene,
  SENDER,
  STORES,
  stream,
  type LostDeps,
  type LostScene,
} from '../support/lost-scene.js';
import { ACME } from '../support/stored-files.js';

const FIRST = Buffer.from('the bytes of one upload, ');
const SECOND = Buffer.from('and those of another one');
const signal = new AbortController().signal;

/** A store that has to copy what is put together. */
function withoutAdoption(objects: LostDeps['objects']): LostDeps['objects'] {
  const copying = { ...objects };
  delete copying.adoptParts;
  return copying;
}

describe.each(STORES)('partial uploads of which %s has lost one', (storeName, openStore) => {
  let scene: LostScene;
  let deps: LostDeps;
  beforeAll(async () => {
    scene = await openLostScene(openStore);
    ({ deps } = scene);
  });
  afterAll(() => scene.close());
  beforeEach(() => void scene.lost.splice(0));

  const partialOf = async (bytes: Buffer): Promise<File> => {
    const file = await scene.open({ sizeBytes: bytes.length, metadata: [PARTIAL_MARK] });
    const sent = await appendToUpload(deps)(SENDER, { fileId: file.id, offsetBytes: 0, body: stream(bytes) });
    expect(sent).toMatchObject({ ok: true });
    return file;
  };
  const join = (files: readonly File[], own: LostDeps = deps) =>
    joinUploads(own)(SENDER, {
      input: { name: 'joined.bin', contentType: 'application/octet-stream' },
      partialIds: files.map(({ id }) => id),
      concat: `final;${files.map(({ id }) => `/uploads/${id}`).join(' ')}`,
    });
  /** Their bytes lie there to be copied after a copy that came to nothing. */
  const readyToBeCopied = async () => {
    const partials = [await partialOf(FIRST), await partialOf(SECOND)] as const;
    const copying = withoutAdoption(deps.objects);
    const away = new TransientError('object-store', 'away');
    const objects = { ...copying, read: () => Promise.reject(away) };
    await expect(join(partials, { ...deps, objects })).rejects.toBe(away);
    return { partials, copying };
  };
  const handOver = ({ id: fileId, tenantId }: File, bytes: Buffer) =>
    receivePart(deps)(
      { tenantId, fileId, partNumber: 1, sizeBytes: bytes.length, subject: SENDER.subject },
      ACME,
      { body: stream(bytes), signal },
    );
  const lostOne = (position: number) => ({
    ok: false,
    fault: {
      code: 'CONFLICT',
      field: 'Upload-Concat',
      message: `The store does not have the bytes of upload ${String(position)} any more: send them in a new one.`,
    },
  });

  it.each([
    ['first', 0],
    ['last', 1],
  ] as const)(
    'are refused when it is the %s, which ends; the other one is as good as before',
    async (_which, index) => {
      const partials = [await partialOf(FIRST), await partialOf(SECOND)] as const;
      await scene.lose(partials[index]);
      expect(await join(partials)).toMatchObject(lostOne(index + 1));
      await scene.expectLost(partials[index]);
      expect(await join(partials)).toMatchObject({ ok: false, fault: { code: 'BAD_USER_INPUT' } });
      const other = partials[1 - index] ?? partials[0];
      expect(await scene.find(other)).toMatchObject({ state: 'RECEIVING' });
      const again = await partialOf(index === 0 ? FIRST : SECOND);
      const joined = await join(index === 0 ? [again, other] : [other, again]);
      expect(joined).toMatchObject({ ok: true, value: { state: 'SCANNING' } });
      if (!joined.ok) return;
      await deps.objects.finishUpload(
        { key: joined.value.ingestKey, handle: joined.value.ingestHandle ?? '' },
        await deps.files.transact(SENDER, (tx) => tx.parts(joined.value.id)),
      );
      const object = await deps.objects.read({ area: 'ingest', key: joined.value.ingestKey });
      const bytes = Buffer.concat((await object?.body.toArray()) as Buffer[]);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect(sha256).toBe(createHash('sha256').update(FIRST).update(SECOND).digest('hex'));
    },
  );

  it('stay as they are where the store is only away', async () => {
    const partials = [await partialOf(FIRST), await partialOf(SECOND)];
    const away = new TransientError('object-store', 'away');
    const fail = (): Promise<never> => Promise.reject(away);
    const objects = { ...deps.objects, adoptParts: fail };
    await expect(join(partials, { ...deps, objects })).rejects.toBe(away);
    expect(await join(partials)).toMatchObject({ ok: true });
    expect(scene.lost).toEqual([]);
  });

  it('are none where the bytes lie ready to be copied after a copy that came to nothing', async () => {
    const { partials } = await readyToBeCopied();
    expect(await handOver(partials[0], FIRST)).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
    expect(await scene.find(partials[0])).toMatchObject({ state: 'RECEIVING' });
    expect(await join(partials)).toMatchObject({ ok: true });
    expect(scene.lost).toEqual([]);
  });

  it('are refused as well where its bytes were lost while they lay ready to be copied', async () => {
    const { partials, copying } = await readyToBeCopied();
    await deps.objects.remove({ area: 'ingest', key: partials[1].ingestKey });
    expect(await join(partials, { ...deps, objects: copying })).toMatchObject(lostOne(2));
    await scene.expectLost(partials[1]);
  });

  it('are refused as well where other bytes lie there to be copied', async () => {
    const { partials, copying } = await readyToBeCopied();
    const changed = Buffer.from(SECOND).fill('!');
    await deps.objects.write({ area: 'ingest', key: partials[1].ingestKey }, changed.length, stream(changed));
    expect(await join(partials, { ...deps, objects: copying })).toMatchObject(lostOne(2));
    await scene.expectLost(partials[1]);
  });

  if (storeName === 'the file system') {
    it('are refused where only the file of a part is gone', async () => {
      const partials = [await partialOf(FIRST), await partialOf(SECOND)] as const;
      const directory = path.join(scene.root, 'ingest', `${partials[0].ingestKey}.object`);
      const names = await readdir(directory, { recursive: true });
      await rm(path.join(directory, names.find((name) => name.includes('/')) ?? 'none'));
      expect(await join(partials)).toMatchObject(lostOne(1));
      await scene.expectLost(partials[0]);
    });
  }
});
