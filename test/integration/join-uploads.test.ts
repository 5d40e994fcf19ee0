import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import type { FileId } from '../../src/domain/ids.js';
import { ingestKeyOf } from '../../src/domain/object-keys.js';
import { completeUpload } from '../../src/usecases/complete-upload.js';
import { enterPart } from '../../src/usecases/receive-part.js';
import { joinUploads, type JoinUploadsDeps } from '../../src/usecases/resumable/join-uploads.js';
import { PARTIAL_MARK } from '../../src/usecases/resumable/partial.js';
import { storePart } from '../../src/usecases/store-part.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { ACME, advance, draftFile, findStored } from '../support/stored-files.js';

const ACTOR: Actor = { ...ACME, roles: ['uploader'], permissions: new Set(['file:upload', 'file:read']) };
const FIRST = Buffer.from('the bytes of one upload, ');
const SECOND = Buffer.from('and those of another one');
const BOTH = Buffer.concat([FIRST, SECOND]);

type Objects = JoinUploadsDeps['objects'];

/** A store that gives no part a second name, like those of S3, and tells what is written into it. */
function withoutSecondNames(objects: Objects): { store: Objects; copied: number[] } {
  const copied: number[] = [];
  const store: Objects = {
    ...objects,
    putPart: (upload, partNumber, sizeBytes, body, signal) => {
      copied.push(sizeBytes);
      return objects.putPart(upload, partNumber, sizeBytes, body, signal);
    },
  };
  delete store.adoptParts;
  return { store, copied };
}

describe('partial uploads that a store has to copy', () => {
  let scene: InspectionScene;
  let owner: pg.Client;
  let deps: JoinUploadsDeps;
  let copied: number[];
  beforeAll(async () => {
    scene = await openInspectionScene();
    owner = new pg.Client({ connectionString: scene.ownerUrl });
    await owner.connect();
  });
  beforeEach(() => {
    const copying = withoutSecondNames(scene.deps.objects);
    copied = copying.copied;
    deps = {
      ...scene.deps,
      objects: copying.store,
      ids: createUuidV7Ids(),
      urls: {} as JoinUploadsDeps['urls'],
      settings: { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600 },
    };
  });
  afterAll(async () => {
    await owner.end();
    await scene.close();
  });

  async function partialOf(bytes: Buffer): Promise<FileId> {
    const size = { sizeBytes: bytes.length, partSizeBytes: 5_242_880 };
    const draft = draftFile(ACTOR, { ...size, metadata: [PARTIAL_MARK], expiresAt: null });
    const ingestKey = ingestKeyOf(draft.tenantId, draft.id);
    const { handle } = await scene.deps.objects.beginUpload(ingestKey);
    const file = { ...draft, ingestKey, ingestHandle: handle };
    await scene.deps.files.transact(ACTOR, (tx) => tx.insert(file));
    await sendPart(file, bytes);
    return file.id;
  }
  async function sendPart(file: File, bytes: Buffer): Promise<void> {
    const body = Readable.from([bytes], { objectMode: false });
    const expected = { partNumber: 1, sizeBytes: bytes.length };
    const part = await storePart(scene.deps.objects, file, expected, body, new AbortController().signal);
    await enterPart(scene.deps, ACTOR, file, part);
  }
  const join = (...partialIds: FileId[]): ReturnType<ReturnType<typeof joinUploads>> =>
    joinUploads(deps)(ACTOR, {
      input: { name: 'joined.bin', contentType: 'application/octet-stream' },
      partialIds,
      concat: `final;${partialIds.map((id) => `/uploads/${id}`).join(' ')}`,
    });
  const ingested = async (): Promise<string[]> =>
    (await readdir(path.join(scene.root, 'ingest'), { recursive: true })).sort();
  const limit = (column: 'max_file_bytes' | 'quota_bytes', bytes: string): Promise<unknown> =>
    owner.query(`update tenants set ${column} = ${bytes} where id = $1`, [ACME.tenantId]);

  it('are refused before a byte is copied when one is named twice, and stay open', async () => {
    const [first, second] = [await partialOf(FIRST), await partialOf(SECOND)];
    const before = await ingested();
    expect(await join(first, second, first)).toMatchObject({
      ok: false,
      fault: { code: 'BAD_USER_INPUT', field: 'Upload-Concat', message: 'Upload 3 is named twice.' },
    });
    expect(copied).toEqual([]);
    expect(await ingested()).toEqual(before);
    const states = [await findStored(deps.files, ACME, first), await findStored(deps.files, ACME, second)];
    expect(states.map(({ state }) => state)).toEqual(['RECEIVING', 'RECEIVING']);
  });

  it('are refused before a byte is copied when the file would be too large, and leave nothing of it', async () => {
    const [first, second] = [await partialOf(FIRST), await partialOf(SECOND)];
    const before = await ingested();
    await limit('max_file_bytes', String(BOTH.length - 1));
    try {
      expect(await join(first, second)).toMatchObject({ ok: false, fault: { code: 'TOO_LARGE' } });
    } finally {
      await limit('max_file_bytes', '1000000');
    }
    expect(copied).toEqual([]);
    expect(await ingested()).toEqual(before);
  });

  it('are no files of their own, whoever completes them', async () => {
    const id = await partialOf(FIRST);
    const completed = await completeUpload(deps)(ACTOR, { fileId: id });
    expect(completed).toMatchObject({ ok: false, fault: { code: 'CONFLICT' } });
    expect(await findStored(deps.files, ACME, id)).toMatchObject({ state: 'RECEIVING' });
  });

  it.each([
    ['given up', (file: File) => advance(deps.files, ACTOR, file.id, { kind: 'cancel' })],
    ['sent anew', (file: File) => sendPart(file, FIRST)],
  ])('are no partial uploads any more when one is %s while they are put together', async (_what, change) => {
    const [first, second] = [await partialOf(FIRST), await partialOf(SECOND)];
    const file = await findStored(deps.files, ACME, first);
    deps.objects.adoptParts = async (upload, sources) => {
      await change(file);
      for (const source of sources.slice(0, 1)) {
        await scene.deps.objects.discardPart?.(source.upload, source.part);
      }
      return (await scene.deps.objects.adoptParts?.(upload, sources)) ?? [];
    };
    expect(await join(first, second)).toMatchObject({ ok: false, fault: { code: 'BAD_USER_INPUT' } });
    expect(await findStored(deps.files, ACME, second)).toMatchObject({ state: 'RECEIVING' });
  });

  it('become a file, each byte copied once, also when they have all of the quota', async () => {
    const [first, second] = [await partialOf(FIRST), await partialOf(SECOND)];
    await limit('quota_bytes', '(select used_bytes from tenant_usage where tenant_id = tenants.id)');
    const joined = await join(first, second);
    expect(joined).toMatchObject({ ok: true, value: { state: 'SCANNING', sizeBytes: BOTH.length } });
    expect(copied).toEqual([BOTH.length]);
    if (!joined.ok) return;
    await scene.inspect(joined.value);
    const sha256 = createHash('sha256').update(BOTH).digest('hex');
    expect(await scene.find(joined.value)).toMatchObject({ state: 'CLEAN', sha256 });
  });
});
