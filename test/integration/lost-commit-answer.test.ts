import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import { UncertainError } from '../../src/domain/errors.js';
import type { File } from '../../src/domain/file.js';
import type { FileStore } from '../../src/ports/file-store.js';
import { receivePart } from '../../src/usecases/receive-part.js';
import { appendToUpload } from '../../src/usecases/resumable/append-to-upload.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACME, draftFile } from '../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };
const PART_BYTES = 8;
const PARTS = 3;

/** A database that breaks off after it has committed a part, before it says so. */
const losingTheAnswerTo = (partNumber: number, files: FileStore): FileStore => ({
  transact: async (scope, work) => {
    const entered: number[] = [];
    const value = await files.transact(scope, (tx) => {
      const putPart: typeof tx.putPart = (id, part) => {
        entered.push(part.partNumber);
        return tx.putPart(id, part);
      };
      return work(Object.create(tx, { putPart: { value: putPart } }) as typeof tx);
    });
    if (entered.includes(partNumber)) throw new UncertainError('postgres', 'It broke off in the commit.');
    return value;
  },
});

const bodyOf = (text: string): Readable => Readable.from([Buffer.from(text)], { objectMode: false });

describe('a part that takes the place of another one, although the answer to the commit is lost', () => {
  let scene: InspectionScene;
  beforeAll(async () => {
    scene = await openInspectionScene();
  });
  afterAll(() => scene.close());

  const newUpload = (): Promise<File> =>
    scene.deps.files.transact(ACTOR, async (tx) => {
      const size = { sizeBytes: PARTS * PART_BYTES, partSizeBytes: PART_BYTES };
      const draft = draftFile(ACTOR, { ...size, expiresAt: null });
      const { handle } = await scene.deps.objects.beginUpload(draft.ingestKey);
      const file = { ...draft, ingestHandle: handle };
      await tx.insert(file);
      return file;
    });
  const put = (file: File, partNumber: number, text: string, files = scene.deps.files): Promise<unknown> =>
    receivePart({ ...scene.deps, files })(
      { tenantId: file.tenantId, fileId: file.id, partNumber, sizeBytes: PART_BYTES, subject: 'alice' },
      ACME,
      { body: bodyOf(text), signal: new AbortController().signal },
    );
  const append = async (file: File, text: string, files: FileStore): Promise<unknown> => {
    const settings = { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 };
    const lock = {
      wanted: new AbortController().signal,
      isHeld: () => true,
      release: () => Promise.resolve(),
    };
    const locks = { acquire: () => Promise.resolve(lock) };
    const deps = { ...scene.deps, files, ids: createUuidV7Ids(), locks, settings };
    return appendToUpload(deps)(ACTOR, { fileId: file.id, offsetBytes: 0, body: bodyOf(text) });
  };
  /** Etags by the ledger, and what lies in the open upload and beside it. */
  const etagsOf = async ({ id }: File): Promise<string[]> =>
    (await scene.deps.files.transact(ACTOR, (tx) => tx.parts(id))).map(({ etag }) => etag).sort();
  const storedOf = async ({ id, ingestHandle }: File): Promise<string[]> =>
    (await readdir(scene.root, { recursive: true, withFileTypes: true }))
      .filter(
        (entry) =>
          entry.isFile() &&
          [id, `open-${ingestHandle ?? ''}`].some((name) => entry.parentPath.includes(name)),
      )
      .map(({ name }) => name.slice(name.indexOf('-') + 1))
      .sort();

  it('leaves nothing of it behind, where a part is put', async () => {
    const file = await newUpload();
    await put(file, 1, 'old text');
    const before = await etagsOf(file);
    await expect(put(file, 1, 'new text', losingTheAnswerTo(1, scene.deps.files))).rejects.toThrow('commit');
    expect(await etagsOf(file)).not.toEqual(before);
    expect(await storedOf(file)).toEqual(await etagsOf(file));
  });

  it('leaves nothing of it behind, where bytes are appended', async () => {
    const file = await newUpload();
    await put(file, 2, 'old text');
    const [before] = await etagsOf(file);
    await expect(append(file, 'part onenew text', losingTheAnswerTo(2, scene.deps.files))).rejects.toThrow(
      'commit',
    );
    expect(await etagsOf(file)).toHaveLength(2);
    expect(await etagsOf(file)).not.toContain(before);
    expect(await storedOf(file)).toEqual(await etagsOf(file));
  });

  it('leaves nothing of the beginnings of it behind, where bytes are appended', async () => {
    const file = await newUpload();
    await append(file, 'part', scene.deps.files);
    expect(await scene.deps.files.transact(ACTOR, (tx) => tx.fragments(file.id))).toHaveLength(1);
    const rest = put(file, 1, 'part one', losingTheAnswerTo(1, scene.deps.files));
    await expect(rest).rejects.toThrow('commit');
    expect(await storedOf(file)).toEqual(await etagsOf(file));
  });
});
