import { isOutdated } from '../../domain/examination.js';
import type { File } from '../../domain/file.js';
import { quarantineKeyOf } from '../../domain/object-keys.js';
import type { Release } from '../../domain/release.js';
import type { DueRelease } from '../../ports/backlog.js';
import type { FileTransaction } from '../../ports/file-store.js';
import type { QuarantineArea } from '../../ports/quarantine-area.js';
import { scanAgain, type ScanAgainDeps } from '../inspection/scan-again.js';
import { sweeperOf } from '../sweeper.js';
import { endDueRelease, type EndDueReleaseDeps } from './end-due-release.js';

/** What examining again needs. */
export interface ReexamineReleaseDeps extends EndDueReleaseDeps, ScanAgainDeps {
  readonly objects: QuarantineArea;
}

/**
 * Examines released content with definitions that are newer than those it was let out under. What they newly find ends
 * the release at once: two people have judged what was known then, and not what is known now. The same finding again
 * says nothing that they did not know.
 *
 * @throws TransientError when the scanner, the store or the database is away; PermanentError when the content is not
 *   what was inspected; the release stays due
 */
export const reexamineRelease =
  (deps: ReexamineReleaseDeps, signal: AbortSignal) =>
  async (due: DueRelease): Promise<void> => {
    const { files, objects } = deps;
    const scope = sweeperOf(due);
    const judged = await files.transact(scope, (tx) => findJudged(tx, due));
    const content = await objects.readIsolated(quarantineKeyOf(due.tenantId, due.fileId));
    const { sizeBytes = null, sha256 = null } = judged?.file ?? {};
    if (!judged || sizeBytes === null || sha256 === null || !content) {
      content?.body.destroy();
      return;
    }
    const { reply, definitionsVersion } = await scanAgain(deps, content, { sizeBytes, sha256 }, signal);
    // A scanner that has older definitions still may have taken it: it stays due for one that has the newer.
    if (!isOutdated(judged.release.definitionsVersion, definitionsVersion)) return;
    const isNew = reply.kind === 'found' && !judged.signatures.has(reply.signature);
    if (isNew) return endDueRelease(deps, due, 'HIT', reply.signature);
    await files.transact(scope, (tx) => tx.noteReexamination(due.releaseId, definitionsVersion));
  };

/** What was let out, and what was known of it when it was asked for. */
interface Judged {
  readonly file: File;
  readonly release: Release;
  /** Of the verdict, and of the hits that ended earlier releases: the history shows both to whoever asks and decides. */
  readonly signatures: ReadonlySet<string | null>;
}

async function findJudged(
  tx: FileTransaction,
  { fileId, releaseId }: DueRelease,
): Promise<Judged | undefined> {
  const file = await tx.find(fileId);
  const release = await tx.findRelease(releaseId);
  if (!file || !release) return undefined;
  const malware = file.verdict?.findings.filter(({ code }) => code === 'MALWARE') ?? [];
  const hits = await tx.earlierHits(release);
  return { file, release, signatures: new Set([...malware.map(({ detail }) => detail), ...hits]) };
}
