import { authorise, type Actor } from '../domain/actor.js';
import type { Outcome } from '../domain/errors.js';
import type { File, Priority, TransferMode } from '../domain/file.js';
import type { MetadataEntry } from '../domain/metadata.js';
import {
  chooseDirectPartSize,
  choosePartSize,
  countParts,
  DEFERRED_PART_BYTES,
  settlePartSize,
} from '../domain/parts.js';
import { ok } from '../domain/result.js';
import type { Clock } from '../ports/clock.js';
import type { EventBus } from '../ports/event-bus.js';
import type { FileStore } from '../ports/file-store.js';
import type { Ids } from '../ports/ids.js';
import type { ObjectStore } from '../ports/object-store.js';
import type { UrlSigner } from '../ports/url-signer.js';
import { announce } from './announce.js';
import { written } from './apply.js';
import { checkNewFile, fitsPolicy } from './check-new-file.js';
import { idempotently } from './idempotent.js';
import { newFile, writeNewFile, type NewFile } from './new-file.js';
import { PARTIAL_MARK } from './resumable/partial.js';
import { tellPartSize } from './tell-part-size.js';

/** What a client says of a file before its bytes. */
export interface CreateUploadInput {
  readonly name: string;
  /** `undefined` where the sender will only know it later. */
  readonly sizeBytes: number | undefined;
  readonly contentType?: string | undefined;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256?: string | undefined;
  /** A wish; the answer decides. */
  readonly partSizeBytes?: number | undefined;
  /** A wish; the answer decides. @default PROXIED */
  readonly transport?: TransferMode | undefined;
  readonly priority?: Priority | undefined;
  readonly metadata?: readonly MetadataEntry[] | undefined;
  readonly idempotencyKey?: string | undefined;
  /** Whether it is only to become a stretch of another upload, and never a file of its own. */
  readonly isPartial?: boolean | undefined;
}

/** The requests of a sender that goes from front to back, and is not told how large parts are: those fit its requests. */
export interface Requests {
  /** Size of the first one; `undefined` where that is to come. */
  readonly firstBytes?: number | undefined;
}

/** How the bytes are to be sent. */
export interface Transfer {
  readonly mode: TransferMode;
  readonly partSizeBytes: number;
  readonly partCount: number;
  readonly tusUrl: string;
  readonly expiresAt: Date;
}

/** An upload that is open, and how to go on. */
export interface CreatedUpload {
  readonly file: File;
  readonly transfer: Transfer;
}

/** What creating an upload needs. */
export interface CreateUploadDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly urls: UrlSigner;
  readonly settings: { readonly sessionTtlSeconds: number; readonly idempotencyTtlSeconds: number };
}

/**
 * Reserves quota for a file and opens its upload.
 *
 * @returns INVALID_NAME, BAD_USER_INPUT, TYPE_NOT_ALLOWED, TOO_LARGE, QUOTA_EXCEEDED or
 * IDEMPOTENCY_MISMATCH where the input is at fault
 */
export const createUpload =
  (deps: CreateUploadDeps) =>
  async (actor: Actor, input: CreateUploadInput, requests?: Requests): Promise<Outcome<CreatedUpload>> => {
    const allowed = authorise(actor, 'file:upload');
    if (!allowed.ok) return allowed;
    const checked = checkNewFile(input);
    if (!checked.ok) return checked;
    const marks = input.isPartial ? [PARTIAL_MARK] : [];
    const described = { ...checked.value, metadata: [...checked.value.metadata, ...marks] };
    const fresh = await newFile(deps, actor, { ...described, ...(await plan(deps, actor, input, requests)) });
    const insert = (): Promise<Outcome<File>> => insertOnce(deps, actor, input, fresh, requests);
    const created = await writeNewFile(deps.objects, fresh.file, insert, ({ id }) => id);
    if (!created.ok) return created;
    announce(deps.bus, created.value);
    return ok({ file: created.value, transfer: transferOf(deps.urls, created.value) });
  };

/** Straight to the store only goes what is wanted so, what the tenant allows and the store can do. */
async function plan(
  { files, objects }: CreateUploadDeps,
  actor: Actor,
  input: CreateUploadInput,
  requests: Requests | undefined,
): Promise<Pick<File, 'sizeBytes' | 'partSizeBytes' | 'isPartSizeOpen' | 'transferMode'>> {
  const { sizeBytes = null, partSizeBytes, transport } = input;
  const isPossible = transport === 'DIRECT' && objects.direct !== undefined;
  const isAllowed = isPossible && (await files.transact(actor, (tx) => tx.policy())).directTransfer;
  if (isAllowed && sizeBytes !== null) {
    const partBytes = chooseDirectPartSize(sizeBytes, partSizeBytes);
    return { sizeBytes, partSizeBytes: partBytes, isPartSizeOpen: false, transferMode: 'DIRECT' };
  }
  const wishBytes = partSizeBytes ?? (sizeBytes === null ? DEFERRED_PART_BYTES : undefined);
  const partSize = {
    partSizeBytes: choosePartSize(sizeBytes ?? 0, wishBytes),
    isPartSizeOpen: requests !== undefined,
  };
  const first = { requestBytes: requests?.firstBytes, minPartBytes: objects.minPartBytes };
  const settled =
    sizeBytes === null ? partSize : settlePartSize(partSize, { ...first, limitBytes: sizeBytes });
  return { sizeBytes, ...settled, transferMode: 'PROXIED' };
}

const insertOnce = (
  { files, settings }: CreateUploadDeps,
  actor: Actor,
  input: CreateUploadInput,
  { file, policy }: NewFile,
  requests: Requests | undefined,
): Promise<Outcome<File>> =>
  files.transact(actor, async (tx) => {
    const ttlSeconds = settings.idempotencyTtlSeconds;
    const request = { actor, operation: 'createUpload', input, ttlSeconds };
    const created = await idempotently(tx, request, async () => {
      const fits = fitsPolicy(policy, file);
      return fits.ok ? written(await tx.insert(file), file) : fits;
    });
    // The same creation may have come by tus before, and its answer is as it was then.
    return created.ok && !requests ? ok(await tellPartSize(tx, created.value)) : created;
  });

const transferOf = (urls: UrlSigner, file: File): Transfer => ({
  mode: file.transferMode,
  partSizeBytes: file.partSizeBytes,
  partCount: countParts(file.sizeBytes ?? 0, file.partSizeBytes),
  tusUrl: urls.tusUrl(file.id),
  expiresAt: file.expiresAt ?? file.createdAt,
});
