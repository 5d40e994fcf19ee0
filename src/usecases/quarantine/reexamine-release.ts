import { quarantineKeyOf } from '../../domain/object-keys.js';
import type { DueRelease } from '../../ports/backlog.js';
import type { QuarantineArea } from '../../ports/quarantine-area.js';
import { scanAgain, type ScanAgainDeps } from '../inspection/scan-again.js';
import { sweeperOf } from '../sweeper.js';
import { endDueRelease, type EndDueReleaseDeps } from './end-due-release.js';

/** What examining again needs. */
export interface ReexamineReleaseDeps extends EndDueReleaseDeps, ScanAgainDeps {
  readonly objects: QuarantineArea;
}

/**
 * Examines released content with definitions that are newer than those it was let out under. A hit ends the release
 * at once: two people have judged what was known then, and not what is known now.
 *
 * @throws TransientError when the scanner, the store or the database is away; PermanentError when the content is not
 *   what was inspected; the release stays due
 */
export const reexamineRelease =
  (deps: ReexamineReleaseDeps, signal: AbortSignal) =>
  async (due: DueRelease): Promise<void> => {
    const { files, objects } = deps;
    const scope = sweeperOf(due);
    const file = await files.transact(scope, (tx) => tx.find(due.fileId));
    const content = await objects.readIsolated(quarantineKeyOf(due.tenantId, due.fileId));
    const { sizeBytes = null, sha256 = null } = file ?? {};
    if (sizeBytes === null || sha256 === null || !content) {
      content?.body.destroy();
      return;
    }
    const { reply, definitionsVersion } = await scanAgain(deps, content, { sizeBytes, sha256 }, signal);
    if (reply.kind === 'found') return endDueRelease(deps, due, 'HIT', reply.signature);
    await files.transact(scope, (tx) => tx.noteReexamination(due.releaseId, definitionsVersion));
  };
