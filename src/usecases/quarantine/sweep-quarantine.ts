import { isOutdated } from '../../domain/examination.js';
import type { Backlog, DueRelease } from '../../ports/backlog.js';
import type { RemoveBytesDeps } from '../remove-bytes.js';
import { budget, each, type SweepCount } from '../sweeping.js';
import { expireRelease } from './end-due-release.js';
import { endRetention } from './end-retention.js';
import { reexamineRelease, type ReexamineReleaseDeps } from './reexamine-release.js';

/** What sweeping the quarantine needs. */
export interface SweepQuarantineDeps extends RemoveBytesDeps, Omit<ReexamineReleaseDeps, 'objects'> {
  readonly backlog: Backlog;
}

/** What one run came to. */
export interface QuarantineSweepReport {
  readonly expiredReleases: SweepCount;
  readonly reexaminations: SweepCount;
  readonly retentions: SweepCount;
}

/** Most releases and most files that one run works on. */
const MAX_ITEMS = 200;

/**
 * Ends releases whose time is over, examines released content when the definitions are new, and deletes what was kept
 * for long enough. What fails stays due. Safe to run in several processes: every step can be repeated.
 *
 * @returns a function that runs once; ends early when the signal aborts, and never throws
 */
export const sweepQuarantine =
  (deps: SweepQuarantineDeps) =>
  async (signal: AbortSignal): Promise<QuarantineSweepReport> => {
    const { backlog, clock } = deps;
    const hasTime = budget(clock, signal);
    return {
      expiredReleases: await each(hasTime(), () => backlog.dueReleaseEnds(MAX_ITEMS), expireRelease(deps)),
      reexaminations: await each(
        hasTime(),
        () => dueReexaminations(deps, signal),
        reexamineRelease(deps, signal),
      ),
      retentions: await each(hasTime(), () => backlog.dueRetentions(MAX_ITEMS), endRetention(deps)),
    };
  };

/** While no scanner answers nothing is due: that it does not is shown elsewhere. */
async function dueReexaminations(
  { backlog, scanner }: SweepQuarantineDeps,
  signal: AbortSignal,
): Promise<readonly DueRelease[]> {
  const status = await scanner.status(signal).catch(() => undefined);
  if (!status) return [];
  const versions = await backlog.releasedVersions();
  const outdated = versions.filter((version) => isOutdated(version, status.definitionsVersion));
  return outdated.length > 0 ? backlog.dueReexaminations(outdated, MAX_ITEMS) : [];
}
