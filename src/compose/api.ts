import path from 'node:path';
import { createRoleStore } from '../adapters/postgres/role-store.js';
import { createUploadSpool } from '../adapters/filesystem/upload-spool.js';
import { createThreadedDigester } from '../adapters/digest/threaded-digester.js';
import { createRedisUploadLocks, LOCKS_BREAKER } from '../adapters/redis/upload-locks.js';
import { loadReceiptKeys } from '../adapters/signing/receipt-keys-file.js';
import { createReceiptSigner } from '../adapters/signing/receipt-signer.js';
import { createUrlSigner } from '../adapters/signing/url-signer.js';
import { createUuidV7Ids } from '../adapters/system/uuid-v7-ids.js';
import type { Platform } from '../compose.js';
import { reportLosses } from './report-losses.js';
import type { ReceiptSigner } from '../ports/receipt-signer.js';
import type { RoleStore } from '../ports/role-store.js';
import type { SecretZip } from '../ports/secret-zip.js';
import type { Spool } from '../ports/spool.js';
import type { UploadLocks } from '../ports/upload-locks.js';
import type { UrlSigner } from '../ports/url-signer.js';
import { createDownloadCounter } from '../usecases/count-downloads.js';
import { completeUpload } from '../usecases/complete-upload.js';
import { createUpload } from '../usecases/create-upload.js';
import {
  discardDeadLetter,
  replayDeadLetter,
  type DecideDeadLetterDeps,
} from '../usecases/dead-letters/decide-dead-letter.js';
import { discardDeadLetters, replayDeadLetters } from '../usecases/dead-letters/decide-dead-letters.js';
import {
  deadLetterAttempts,
  getDeadLetter,
  listDeadLetters,
} from '../usecases/dead-letters/read-dead-letters.js';
import { followDirect } from '../usecases/direct/follow-direct.js';
import { createDownloadUrl, openDownload } from '../usecases/downloads.js';
import { cancelUpload, deleteFile, withdrawUpload } from '../usecases/end-file.js';
import { askPossession } from '../usecases/possession/ask-possession.js';
import { createProofSlots } from '../usecases/possession/proof-slots.js';
import { provePossession, type PossessionResult } from '../usecases/possession/prove-possession.js';
import { getViewer } from '../usecases/get-viewer.js';
import { issueReceipt } from '../usecases/issue-receipt.js';
import { getFile, listFiles, uploadStatus } from '../usecases/read-files.js';
import { readSagas } from '../usecases/read-sagas.js';
import { createForensicUrl } from '../usecases/quarantine/create-forensic-url.js';
import { approveRelease, endRelease, refuseRelease } from '../usecases/quarantine/decide-release.js';
import {
  openForensic,
  openReleased,
  type OpenQuarantinedDeps,
} from '../usecases/quarantine/open-quarantined.js';
import { getQuarantine, listQuarantine, quarantineHistory } from '../usecases/quarantine/read-quarantine.js';
import type { ReleasedUrlDeps } from '../usecases/quarantine/released-url.js';
import { requestRelease, type RequestReleaseDeps } from '../usecases/quarantine/request-release.js';
import { watchQuarantine } from '../usecases/quarantine/watch-quarantine.js';
import { receiveFile } from '../usecases/receive-file.js';
import { receivePart } from '../usecases/receive-part.js';
import { appendToUpload } from '../usecases/resumable/append-to-upload.js';
import { joinUploads } from '../usecases/resumable/join-uploads.js';
import { uploadPosition } from '../usecases/resumable/upload-position.js';
import { dryRunPolicy } from '../usecases/policy/dry-run-policy.js';
import { getPolicy, policyHistory } from '../usecases/policy/read-policy.js';
import { updatePolicy, type UpdatePolicyDeps } from '../usecases/policy/update-policy.js';
import { readExamination } from '../usecases/rescan/read-examination.js';
import { rescanFile } from '../usecases/rescan/rescan-file.js';
import { signS3Upload } from '../usecases/sign-s3-upload.js';
import { signUploadParts } from '../usecases/sign-upload-parts.js';
import { watchFileEvents } from '../usecases/watch-file-events.js';
import { watchUpload } from '../usecases/watch-upload.js';

/** Everything that the API can do. */
export type ApiUseCases = ReturnType<typeof composeUseCases>;

/** What the API is made of beside the platform. */
export interface ApiParts {
  readonly urls: UrlSigner;
  readonly roles: RoleStore;
  readonly receipts: ReceiptSigner;
  readonly useCases: ApiUseCases;
  readonly zip: SecretZip;
}

/** Composes the use-cases of the API, reads the keys of receipts, and opens the upload directory. */
export async function composeApi(platform: Platform): Promise<ApiParts> {
  const { config, clock, database, objects } = platform;
  const { publicUrl } = config.http;
  const urls = createUrlSigner({ key: config.urlSigningKey, publicUrl, clock });
  const { dataDir, minFreeBytes } = config;
  const spool =
    objects.spool ?? (await createUploadSpool({ root: path.join(dataDir, 'spool'), minFreeBytes, clock }));
  const receipts = await createReceiptSigner(await loadReceiptKeys(config.receiptKeys));
  const useCases = composeUseCases(platform, { urls, spool, receipts });
  return { urls, roles: createRoleStore(database), receipts, useCases, zip };
}

interface OwnParts extends Pick<ApiParts, 'urls' | 'receipts'> {
  readonly spool: Spool;
}

function composeUseCases(platform: Platform, { urls, spool, receipts }: OwnParts) {
  const { config, clock, files, objects, bus } = platform;
  const locks = composeLocks(platform);
  const ids = createUuidV7Ids();
  const digests = createThreadedDigester();
  const parts = { files, objects, bus, clock, urls, ids, locks, spool, digests, ...reportLosses(platform) };
  const deps = { ...parts, settings: config.upload };
  return {
    createUpload: createUpload(deps),
    signUploadParts: signUploadParts(deps),
    signS3Upload: signS3Upload(deps),
    receivePart: receivePart(deps),
    receiveFile: receiveFile(deps),
    appendToUpload: appendToUpload(deps),
    uploadPosition: uploadPosition(deps),
    joinUploads: joinUploads(deps),
    askPossession: askPossession(deps),
    provePossession: provePossession({ ...deps, ...composeProofs(platform) }),
    completeUpload: completeUpload(deps),
    cancelUpload: cancelUpload(deps),
    withdrawUpload: withdrawUpload(deps),
    deleteFile: deleteFile(deps),
    createDownloadUrl: createDownloadUrl(deps),
    openDownload: openDownload({ ...deps, downloads: createDownloadCounter(deps) }),
    getFile: getFile(deps),
    listFiles: listFiles(deps),
    issueReceipt: issueReceipt({ receipts, issuer: config.http.publicUrl, files }),
    readExamination: readExamination(deps),
    rescanFile: rescanFile(deps),
    readSagas: readSagas(deps),
    uploadStatus: uploadStatus(deps),
    getViewer: getViewer(deps),
    watchUpload: watchUpload({ ...deps, followDirect: followDirect(deps) }),
    watchFileEvents: watchFileEvents(deps),
    ...composePolicies(deps),
    ...composeDeadLetters(deps),
    ...composeQuarantine({ ...deps, ...config.quarantine }),
  };
}

const composeLocks = ({ redis: { commands }, bus, breakers }: Platform): UploadLocks =>
  createRedisUploadLocks({
    commands,
    bus,
    breaker: breakers.create({ ...LOCKS_BREAKER, probe: () => commands.ping() }),
  });

/** Loaded when somebody first asks for a zip, which most processes never do. */
const zip: SecretZip = async (entry, lock) => {
  const { packSecretZip } = await import('../adapters/zip/secret-zip.js');
  return packSecretZip(entry, lock);
};

const composePolicies = (deps: UpdatePolicyDeps) => ({
  getPolicy: getPolicy(deps),
  policyHistory: policyHistory(deps),
  updatePolicy: updatePolicy(deps),
  dryRunPolicy: dryRunPolicy(deps),
});

const composeDeadLetters = (deps: DecideDeadLetterDeps) => ({
  listDeadLetters: listDeadLetters(deps),
  getDeadLetter: getDeadLetter(deps),
  deadLetterAttempts: deadLetterAttempts(deps),
  replayDeadLetter: replayDeadLetter(deps),
  discardDeadLetter: discardDeadLetter(deps),
  replayDeadLetters: replayDeadLetters(deps),
  discardDeadLetters: discardDeadLetters(deps),
});

const composeQuarantine = (deps: RequestReleaseDeps & ReleasedUrlDeps & OpenQuarantinedDeps) => ({
  listQuarantine: listQuarantine(deps),
  getQuarantine: getQuarantine(deps),
  quarantineHistory: quarantineHistory(deps),
  requestRelease: requestRelease(deps),
  approveRelease: approveRelease(deps),
  refuseRelease: refuseRelease(deps),
  endRelease: endRelease(deps),
  createForensicUrl: createForensicUrl(deps),
  openReleased: openReleased(deps),
  openForensic: openForensic(deps),
  watchQuarantine: watchQuarantine(deps),
});

/** Answers that are compared at the same time: each reads one object of the store. */
const PROOF_LIMITS = { perTenant: 4, perProcess: 16 };

const composeProofs = ({ scanner, metrics }: Platform) => ({
  scanner,
  takeSlot: createProofSlots(PROOF_LIMITS),
  onProof: (outcome: PossessionResult['kind'], sizeBytes: number): void => {
    metrics.possessionProofs.inc({ outcome });
    if (outcome === 'stored') metrics.deduplicatedBytes.inc({ way: 'possession' }, sizeBytes);
  },
});
