import { isOutdated } from '../../domain/examination.js';
import { readStoredKey } from '../../domain/stored-bytes.js';
import type { Backlog, DueCopy } from '../../ports/backlog.js';
import type { InspectionJob, JobQueue } from '../../ports/job-queue.js';
import type { Scanner } from '../../ports/scanner.js';

/** What planning needs. */
export interface PlanRescansDeps {
  readonly backlog: Pick<Backlog, 'examinedVersions' | 'dueRescans' | 'countRescans'>;
  readonly queue: JobQueue;
  readonly scanner: Scanner;
}

/** What one run came to. */
export interface RescanPlan {
  /** Copies that the queue was asked to have examined. */
  readonly planned: number;
  /** Copies whose last examination is outdated, those included; up to 100,000. */
  readonly pending: number;
}

/** Beyond this it is only said that there are many. */
const MAX_COUNTED = 100_000;

/**
 * Asks for examinations of copies that were last examined with other definitions than the scanner has now. The
 * database keeps what is due: what the queue loses is planned again, and what it has already it takes once.
 *
 * @param limit - most copies of one run; of zero only those are examined that somebody has asked for
 * @throws TransientError when the scanner, the database or the queue is away
 */
export const planRescans =
  ({ backlog, queue, scanner }: PlanRescansDeps) =>
  async (limit: number, signal: AbortSignal): Promise<RescanPlan> => {
    const { definitionsVersion } = await scanner.status(signal);
    const versions = await backlog.examinedVersions();
    const outdated = versions.filter((version) => isOutdated(version, definitionsVersion));
    const pending = await backlog.countRescans(outdated, MAX_COUNTED);
    const wanted = limit > 0 ? outdated : outdated.filter((version) => version === '');
    const jobs = (await backlog.dueRescans(wanted, Math.max(limit, MIN_ASKED))).flatMap(jobOf);
    for (const job of jobs) await queue.enqueueInspection(job);
    return { planned: jobs.length, pending };
  };

/** Of those that somebody has asked for, also where no others are examined. */
const MIN_ASKED = 1;

/** The key of a copy names the inspection that made it. */
function jobOf({ tenantId, vaultKey, sizeBytes }: DueCopy): InspectionJob[] {
  const stored = readStoredKey('vault', vaultKey);
  if (stored?.purpose !== 'sealed' || stored.tenantId !== tenantId) return [];
  const { fileId, attempt } = stored;
  const correlationId = `rescan-${fileId}`;
  return [{ tenantId, fileId, attempt, priority: 'MAINTENANCE', sizeBytes, correlationId }];
}
