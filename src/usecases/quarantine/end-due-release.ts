import type { EndCause, Release } from '../../domain/release.js';
import { isOpenRelease } from '../../domain/release.js';
import type { DueRelease } from '../../ports/backlog.js';
import type { Clock } from '../../ports/clock.js';
import type { EventBus } from '../../ports/event-bus.js';
import type { FileStore } from '../../ports/file-store.js';
import { announceRelease } from '../announce.js';
import { sweeperOf } from '../sweeper.js';
import { applyToRelease } from './work-on-release.js';

/** What ending needs. */
export interface EndDueReleaseDeps {
  readonly files: FileStore;
  readonly bus: EventBus;
  readonly clock: Clock;
}

/**
 * Ends a release whose time is over. Nothing waits for it: a download asks the time itself.
 *
 * @throws TransientError when the database is away
 */
export const expireRelease =
  (deps: EndDueReleaseDeps) =>
  (due: DueRelease): Promise<void> =>
    endDueRelease(deps, due, 'EXPIRED', null);

/** Ends a release without anybody asking for it. One that has ended meanwhile stays as it is. */
export async function endDueRelease(
  { files, bus, clock }: EndDueReleaseDeps,
  due: DueRelease,
  cause: EndCause,
  reason: string | null,
): Promise<void> {
  const scope = sweeperOf(due);
  const command = { kind: 'end', by: scope.subject, cause, reason } as const;
  const outcome = await files.transact(scope, async (tx) => {
    const release: Release | undefined = await tx.findRelease(due.releaseId);
    return release && isOpenRelease(release)
      ? await applyToRelease(tx, release, command, clock.now())
      : undefined;
  });
  if (outcome?.ok === true) announceRelease(bus, due);
}
