import { authorise, type Actor, type Correlation } from '../domain/actor.js';
import { blockBytesOf } from '../domain/block-macs.js';
import { fault, type Outcome } from '../domain/errors.js';
import type { File } from '../domain/file.js';
import { parseFileId, type FileId } from '../domain/ids.js';
import { ok } from '../domain/result.js';
import type { Clock } from '../ports/clock.js';
import type { FileStore, FileTransaction } from '../ports/file-store.js';
import type { ByteRange, ObjectStore, OpenObject } from '../ports/object-store.js';
import type { DownloadGrant, UrlSigner } from '../ports/url-signer.js';
import type { ReadMacs } from './contents/proven-blocks.js';
import { hasProvableRanges, readProven } from './contents/read-proven.js';
import type { DownloadCounter } from './count-downloads.js';
import { releasedUrl } from './quarantine/released-url.js';
import { watchWithdrawal, type Allowance, type WatchWithdrawalDeps } from './watch-withdrawal.js';

/** Longest life of a download URL. */
const MAX_DOWNLOAD_TTL_SECONDS = 86_400;

/** Which file, and for how long the URL is good. */
export interface CreateDownloadUrlInput {
  readonly fileId: string;
  /** 1 to 86,400. */
  readonly ttlSeconds: number;
}

/** A URL that serves the sealed copy of one file. */
export interface DownloadUrl {
  readonly url: string;
  readonly expiresAt: Date;
}

/** A file that may be read now. */
export interface Download {
  readonly file: File & { readonly state: 'CLEAN'; readonly sizeBytes: number; readonly sha256: string };
  /** Whether a part can be read; the whole always can. */
  readonly hasRanges: boolean;
  /** Opens the sealed copy, whole or in part. Its bytes are proven to be those that were inspected, or end with an error. */
  read(range?: ByteRange, signal?: AbortSignal): Promise<OpenObject>;
  /** Resolves to true once the file may not be read any more; to false when the signal aborts before. */
  withdrawn(signal: AbortSignal): Promise<boolean>;
}

/** What opening a download needs. */
export interface OpenDownloadDeps extends WatchWithdrawalDeps {
  readonly objects: ObjectStore;
  readonly downloads: DownloadCounter;
}

/**
 * Gives out a short-lived URL for the content of a clean file, or of an infected one while a release of it is in force.
 *
 * @returns NOT_FOUND; FILE_NOT_AVAILABLE unless the file is CLEAN, or released and the actor may have it then; BAD_USER_INPUT for a ttl out of range
 */
export const createDownloadUrl =
  ({ files, clock, urls }: { readonly files: FileStore; readonly clock: Clock; readonly urls: UrlSigner }) =>
  async (actor: Actor, input: CreateDownloadUrlInput): Promise<Outcome<DownloadUrl>> => {
    const allowed = authorise(actor, 'file:download');
    if (!allowed.ok) return allowed;
    const { ttlSeconds } = input;
    if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_DOWNLOAD_TTL_SECONDS) {
      const message = `A download URL lives from 1 to ${String(MAX_DOWNLOAD_TTL_SECONDS)} seconds.`;
      return fault('BAD_USER_INPUT', { message, field: 'ttlSeconds' });
    }
    const fileId = parseFileId(input.fileId);
    const file = fileId && (await files.transact(actor, (tx) => tx.find(fileId)));
    if (!file) return fault('NOT_FOUND');
    const expiresAt = new Date(clock.now().getTime() + ttlSeconds * 1000);
    if (file.state === 'INFECTED') {
      return (await releasedUrl({ files, clock, urls }, actor, file, expiresAt)) ?? notAvailable(file);
    }
    if (file.state !== 'CLEAN') return notAvailable(file);
    const grant = { tenantId: actor.tenantId, fileId: file.id, subject: actor.subject };
    return ok({ url: await urls.downloadUrl(grant, expiresAt), expiresAt });
  };

/**
 * Opens what a download URL stands for. The state is asked again each time: a URL dies with the state CLEAN.
 *
 * @returns NOT_FOUND, FILE_NOT_AVAILABLE
 */
export const openDownload =
  (deps: OpenDownloadDeps) =>
  async (grant: DownloadGrant, correlation: Correlation): Promise<Outcome<Download>> => {
    const scope = { ...correlation, tenantId: grant.tenantId, subject: grant.subject };
    const found = await deps.files.transact(scope, (tx) => find(tx, grant.fileId));
    if (!found) return fault('NOT_FOUND');
    const { file, blockBytes } = found;
    const { state, vaultKey, sha256, sizeBytes } = file;
    if (state !== 'CLEAN' || vaultKey === null || sha256 === null || sizeBytes === null) {
      return notAvailable(file);
    }
    const readMacs: ReadMacs = (first, count) =>
      deps.files.transact(scope, (tx) => tx.blockMacs(vaultKey, first, count));
    const blocks = blockBytes === undefined ? undefined : { blockBytes, readMacs };
    const content = { sizeBytes, sha256, blocks };
    return ok({
      file: { ...file, state, sha256, sizeBytes },
      hasRanges: hasProvableRanges(content),
      withdrawn: (signal) => watchWithdrawal(deps, scope, whileClean(grant), signal),
      read: (range, signal) => {
        // Whoever reads on was counted at the beginning.
        if ((range?.start ?? 0) === 0) deps.downloads.count(grant.tenantId, vaultKey);
        const ref = { area: 'vault', key: vaultKey } as const;
        return readProven(content, (covering) => deps.objects.read(ref, covering, signal), range);
      },
    });
  };

async function find(
  tx: FileTransaction,
  fileId: FileId,
): Promise<{ readonly file: File; readonly blockBytes?: number | undefined } | undefined> {
  const file = await tx.find(fileId);
  if (!file) return undefined;
  const { vaultKey, sizeBytes } = file;
  if (vaultKey === null || sizeBytes === null || blockBytesOf(sizeBytes) === undefined) return { file };
  return { file, blockBytes: await tx.blockSize(vaultKey) };
}

const whileClean = ({ fileId }: DownloadGrant): Allowance => ({
  fileId,
  holds: async (tx) => (await tx.find(fileId))?.state === 'CLEAN',
});

const notAvailable = (file: File): ReturnType<typeof fault> =>
  fault('FILE_NOT_AVAILABLE', { message: `The file is ${file.state}: only a clean file can be downloaded.` });
