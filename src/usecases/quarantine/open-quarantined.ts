import type { Correlation } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import type { FileId, TenantId } from '../../domain/ids.js';
import { quarantineKeyOf } from '../../domain/object-keys.js';
import { isReadable } from '../../domain/quarantine.js';
import { isInForce } from '../../domain/release.js';
import { ok } from '../../domain/result.js';
import type { FileTransaction, TenantScope } from '../../ports/file-store.js';
import type { ByteRange, OpenObject } from '../../ports/object-store.js';
import type { QuarantineArea } from '../../ports/quarantine-area.js';
import type { ForensicGrant, ReleasedGrant } from '../../ports/url-signer.js';
import { hasProvableRanges, readProven } from '../contents/read-proven.js';
import { watchWithdrawal, type WatchWithdrawalDeps } from '../watch-withdrawal.js';

/** What opening needs. */
export interface OpenQuarantinedDeps extends WatchWithdrawalDeps {
  readonly objects: QuarantineArea;
}

/** Infected content that may be read now. */
export interface QuarantinedDownload {
  readonly file: File & { readonly sizeBytes: number; readonly sha256: string };
  /** Whether a part can be read; the whole always can. */
  readonly hasRanges: boolean;
  /** Records who gets it, and opens it, whole or in part. Its bytes are proven to be those that were inspected, or end with an error. */
  readonly read: (range?: ByteRange, signal?: AbortSignal) => Promise<OpenObject>;
  /** Resolves to true once it may not be read any more; to false when the signal aborts before. */
  readonly withdrawn: (signal: AbortSignal) => Promise<boolean>;
}

type Open<Grant> = (grant: Grant, correlation: Correlation) => Promise<Outcome<QuarantinedDownload>>;

/**
 * Opens what the URL of a released file stands for. The release is asked for each time, and the time as well: the URL
 * dies with the release, whether or not a sweeper has come by.
 *
 * @returns NOT_FOUND; FILE_NOT_AVAILABLE when no release is in force
 */
export const openReleased =
  (deps: OpenQuarantinedDeps): Open<ReleasedGrant> =>
  (grant, correlation) =>
    open(deps, grant, correlation, {
      kind: 'RELEASED_DOWNLOAD',
      releaseId: grant.releaseId,
      allows: async (tx) => {
        const release = await tx.findRelease(grant.releaseId);
        return release?.fileId === grant.fileId && isInForce(release, deps.clock.now());
      },
    });

/**
 * Opens infected content for whoever examines it; the caller locks it up before it goes out.
 *
 * @returns NOT_FOUND; FILE_NOT_AVAILABLE when the content is not held
 */
export const openForensic =
  (deps: OpenQuarantinedDeps): Open<ForensicGrant> =>
  (grant, correlation) =>
    open(deps, grant, correlation, {
      kind: 'FORENSIC_DOWNLOAD',
      releaseId: null,
      allows: () => Promise.resolve(true),
    });

interface Way {
  readonly kind: 'RELEASED_DOWNLOAD' | 'FORENSIC_DOWNLOAD';
  readonly releaseId: string | null;
  readonly allows: (tx: FileTransaction) => Promise<boolean>;
}

async function open(
  deps: OpenQuarantinedDeps,
  grant: { readonly tenantId: TenantId; readonly fileId: FileId; readonly subject: string },
  correlation: Correlation,
  way: Way,
): Promise<Outcome<QuarantinedDownload>> {
  const { files, clock } = deps;
  const scope = { ...correlation, tenantId: grant.tenantId, subject: grant.subject };
  const look = async (tx: FileTransaction): Promise<{ file: File | undefined; isOpen: boolean }> => {
    const file = await tx.find(grant.fileId);
    const held = file?.state === 'INFECTED' ? await tx.findQuarantine(file.id) : undefined;
    return { file, isOpen: held !== undefined && isReadable(held, clock.now()) && (await way.allows(tx)) };
  };
  const found = await files.transact(scope, look);
  const { file, isOpen } = found;
  if (!file) return fault('NOT_FOUND');
  if (!isOpen || file.sizeBytes === null || file.sha256 === null) return fault('FILE_NOT_AVAILABLE');
  const { id, tenantId, sizeBytes, sha256 } = file;
  const content = { sizeBytes, sha256 };
  return ok({
    file: { ...file, ...content },
    hasRanges: hasProvableRanges(content),
    read: async (range, signal) => {
      await record(deps, scope, id, way);
      const key = quarantineKeyOf(tenantId, id);
      return readProven(content, (covering) => deps.objects.readIsolated(key, covering, signal), range);
    },
    withdrawn: (signal) => {
      const holds = async (tx: FileTransaction): Promise<boolean> => (await look(tx)).isOpen;
      return watchWithdrawal(deps, scope, { fileId: grant.fileId, holds }, signal);
    },
  });
}

/** Before the first byte: nothing leaves the quarantine that nobody has written down. */
async function record(
  { files, bus }: OpenQuarantinedDeps,
  scope: TenantScope,
  fileId: FileId,
  { kind, releaseId }: Way,
): Promise<void> {
  await files.transact(scope, (tx) => tx.recordDownload(fileId, kind, releaseId));
  bus.wake({ kind: 'events', tenantId: scope.tenantId });
}
