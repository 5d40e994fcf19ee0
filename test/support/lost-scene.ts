import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { expect, inject } from 'vitest';
import { createS3Store } from '../../src/adapters/s3/s3-store.js';
import { createUuidV7Ids } from '../../src/adapters/system/uuid-v7-ids.js';
import type { Actor } from '../../src/domain/actor.js';
import type { File } from '../../src/domain/file.js';
import { ingestKeyOf } from '../../src/domain/object-keys.js';
import type { UploadLocks } from '../../src/ports/upload-locks.js';
import type { AppendDeps } from '../../src/usecases/resumable/append-to-upload.js';
import type { JoinUploadsDeps } from '../../src/usecases/resumable/join-uploads.js';
import type { SignUploadPartsDeps } from '../../src/usecases/sign-upload-parts.js';
import { asSuperuser } from './database.js';
import { openInspectionScene, type InspectionScene } from './inspection-scene.js';
import { ACME, draftFile } from './stored-files.js';

/** What everything needs that receives bytes. */
export type LostDeps = AppendDeps & JoinUploadsDeps & SignUploadPartsDeps;

/** Uploads in a real store that loses them, with a real database. */
export interface LostScene extends Pick<InspectionScene, 'find' | 'close' | 'root'> {
  readonly deps: LostDeps;
  /** Ids of uploads that operators were told of. */
  readonly lost: string[];
  /** Opens an upload that is older than a moment. */
  open(changes?: Partial<File>): Promise<File>;
  /** Has the store forget an open upload. */
  lose(file: File): Promise<void>;
  /** Fails the test unless an upload has ended because the store has lost it, for everybody to see. */
  expectLost(file: File): Promise<void>;
}

/** Somebody who may send and look. */
export const SENDER: Actor = {
  ...ACME,
  roles: ['uploader'],
  permissions: new Set(['file:upload', 'file:read']),
};

/** What the sender of an upload is told that was lost. */
export const GONE = {
  ok: false,
  fault: { code: 'CONFLICT', message: expect.stringContaining('begin a new one') as unknown },
};

/** Bytes as a request brings them. */
export const stream = (bytes: Buffer): Readable => Readable.from([bytes], { objectMode: false });

const signal = new AbortController().signal;
const free: UploadLocks = {
  acquire: async () => ({ wanted: signal, isHeld: () => true, release: async () => undefined }),
};

/** A store of S3 that also takes parts from clients. */
export function openS3(
  bucketPrefix = `lost-${randomBytes(6).toString('hex')}`,
): ReturnType<typeof createS3Store> {
  const { endpoint, ingest, ...access } = inject('services').s3;
  const url = new URL(endpoint);
  return createS3Store({
    ...access,
    endpoint: url,
    bucketPrefix,
    ingest: { ...ingest, publicEndpoint: url },
    housekeeping: { leftoverDays: 30, browserOrigins: [], report: () => undefined },
  });
}

/** The stores that there are. */
export const STORES: readonly (readonly [string, Parameters<typeof openInspectionScene>[0]])[] = [
  ['the file system', undefined],
  ['S3', openS3],
];

/** Builds the scene. */
export async function openLostScene(
  openStore: Parameters<typeof openInspectionScene>[0],
): Promise<LostScene> {
  const scene = await openInspectionScene(openStore);
  const lost: string[] = [];
  const deps: LostDeps = {
    ...scene.deps,
    ids: createUuidV7Ids(),
    locks: free,
    urls: {} as LostDeps['urls'],
    settings: { sessionTtlSeconds: 3_600, idempotencyTtlSeconds: 3_600, partUrlTtlSeconds: 60 },
    onLost: ({ id }) => void lost.push(id),
  };
  await asSuperuser(scene.ownerUrl, (db) =>
    db.query(`update tenants set direct_transfer = true where slug = 'acme'`),
  );
  return {
    ...{ deps, lost, root: scene.root, find: (file: File) => scene.find(file) },
    open: async (changes) => {
      const draft = draftFile(SENDER, {
        sizeBytes: 10,
        partSizeBytes: 5_242_880,
        expiresAt: null,
        ...changes,
      });
      const ingestKey = ingestKeyOf(draft.tenantId, draft.id);
      const { handle } = await deps.objects.beginUpload(ingestKey);
      const file = { ...draft, ingestKey, ingestHandle: handle };
      await deps.files.transact(SENDER, (tx) => tx.insert(file));
      return file;
    },
    lose: ({ ingestKey: key, ingestHandle }) => deps.objects.abortUpload({ key, handle: ingestHandle ?? '' }),
    expectLost: async (file) => {
      expect(lost).toEqual([file.id]);
      expect(await scene.find(file)).toMatchObject({ state: 'EXPIRED' });
      const log = await deps.files.transact(SENDER, (tx) => tx.sagaSteps(file.id, 10));
      expect(log.map(({ cause }) => cause)).toContain('CONTENT_LOST');
      const { woken } = scene.deps.bus as unknown as { woken: readonly { fileId?: string }[] };
      expect(woken.filter(({ fileId }) => fileId === file.id)).not.toEqual([]);
    },
    close: () => scene.close(),
  };
}
