import { blockBytesOf } from '../../domain/block-macs.js';
import { isFlat } from '../../domain/decide.js';
import { PermanentError, TransientError } from '../../domain/errors.js';
import { vaultKeyOf } from '../../domain/object-keys.js';
import { rescanDelay } from '../../domain/rescan-delay.js';
import type { TenantScope } from '../../ports/file-store.js';
import type { InspectionJob } from '../../ports/job-queue.js';
import type { Rescan } from '../../ports/rescans.js';
import { chooseDelay } from '../inspection/choose-delay.js';
import { scanAgain, type ScanAgainDeps, type SecondOpinion } from '../inspection/scan-again.js';
import { condemnFiles, type CondemnFilesDeps } from './condemn-files.js';
import { keepLease, LeaseLostError } from './keep-lease.js';

/** What examining again needs. */
export interface RescanCopyDeps extends CondemnFilesDeps, ScanAgainDeps {
  readonly settings: {
    /** How long a worker may be silent before another may begin. */
    readonly leaseMs: number;
    /** Longest wait before an examination that failed for the first time is tried again; doubles from there. */
    readonly maxBackoffMs: number;
  };
}

/** What became of one examination. */
export type RescanOutcome =
  | { readonly kind: 'clean' }
  /** Something was found, in so many files that were clean. */
  | { readonly kind: 'hit'; readonly signature: string; readonly fileCount: number }
  /** The scanner did not look into all of it: what was known of the bytes stays what is known. */
  | { readonly kind: 'inconclusive'; readonly detail: string }
  /** Nobody refers to the copy any more, or somebody else examines it, or did so meanwhile. */
  | { readonly kind: 'not-due' }
  /** It could not be read, was not what it must be, or no scanner answered: it stays due. */
  | { readonly kind: 'failed'; readonly cause: unknown };

/**
 * Examines a sealed copy with the definitions of now, for all files that refer to it. Only a hit changes a file: whatever
 * else happens, what its verdict says stays true of its time. At least once is enough, as with an inspection.
 *
 * @returns a function of the job and of a signal that interrupts it
 * @throws TransientError when the database is away; the lease then ends by itself
 */
export const rescanCopy =
  (deps: RescanCopyDeps) =>
  async (job: InspectionJob, signal: AbortSignal): Promise<RescanOutcome> => {
    const { files, settings } = deps;
    const { tenantId, fileId, attempt, correlationId } = job;
    const scope: TenantScope = { tenantId, subject: 'system:rescan', correlationId };
    const vaultKey = vaultKeyOf(tenantId, fileId, attempt);
    const rescan = await files.transact(scope, (tx) => tx.beginRescan(vaultKey, settings.leaseMs));
    if (!rescan) return { kind: 'not-due' };
    const lease = keepLease(deps.clock, settings.leaseMs, () =>
      files.transact(scope, (tx) => tx.renewRescan(rescan, settings.leaseMs)),
    );
    try {
      const opinion = await examine(deps, rescan, AbortSignal.any([signal, lease.lost]));
      return await conclude(deps, scope, rescan, opinion);
    } catch (cause) {
      if (lease.lost.aborted && lease.lost.reason instanceof LeaseLostError) return { kind: 'not-due' };
      return await recover(deps, scope, rescan, cause, signal);
    } finally {
      await lease.stop();
    }
  };

async function examine(
  deps: RescanCopyDeps,
  { vaultKey, sizeBytes, sha256, ...rescan }: Rescan,
  signal: AbortSignal,
): Promise<SecondOpinion> {
  const object = await deps.objects.lend({ area: 'vault', key: vaultKey }, signal);
  if (!object) throw new PermanentError('object-store', 'A sealed copy in use is not there.');
  const blockBytes = rescan.blockBytes === null ? blockBytesOf(sizeBytes) : undefined;
  return scanAgain(deps, object, { sizeBytes, sha256, blockBytes }, signal);
}

async function conclude(
  deps: RescanCopyDeps,
  scope: TenantScope,
  rescan: Rescan,
  { reply, blocks, ...scanner }: SecondOpinion,
): Promise<RescanOutcome> {
  const { engine, definitionsVersion, coverage } = scanner;
  const note = (isClean: boolean): Promise<boolean> =>
    deps.files.transact(scope, async (tx) => {
      if (blocks) await tx.addBlocks(rescan.vaultKey, blocks);
      return tx.noteRescan(rescan, { engine, definitionsVersion, coverage, isClean });
    });
  switch (reply.kind) {
    case 'ok':
      if (definitionsVersion === '') throw new TransientError('scanner', 'The scanner named no definitions.');
      if (coverage === 'SEGMENTS' && !isFlat(rescan.detectedType ?? '')) {
        return (await note(false)) ? { kind: 'inconclusive', detail: IN_SEGMENTS } : { kind: 'not-due' };
      }
      return (await note(true)) ? { kind: 'clean' } : { kind: 'not-due' };
    case 'found': {
      const { signature } = reply;
      const { sha256 } = rescan;
      const fileCount = await condemnFiles(deps, scope, { ...scanner, sha256, signature });
      // The copy stays due: whatever came to refer to it meanwhile is found by the next examination.
      await deps.files.transact(scope, (tx) => tx.postponeRescan(rescan, 0));
      return { kind: 'hit', signature, fileCount };
    }
    case 'limit':
    case 'encrypted':
      return (await note(false)) ? { kind: 'inconclusive', detail: reply.detail } : { kind: 'not-due' };
  }
}

const IN_SEGMENTS = 'What may be a container is not judged in segments.';

async function recover(
  { files, settings }: RescanCopyDeps,
  scope: TenantScope,
  rescan: Rescan,
  cause: unknown,
  signal: AbortSignal,
): Promise<RescanOutcome> {
  const isBroken = cause instanceof PermanentError && cause.dependency === 'object-store';
  const delay = rescanDelay(rescan.attempt, isBroken, settings.maxBackoffMs);
  const delayMs = signal.aborted ? 0 : chooseDelay(delay);
  await files.transact(scope, (tx) => tx.postponeRescan(rescan, delayMs));
  return signal.aborted ? { kind: 'not-due' } : { kind: 'failed', cause };
}
