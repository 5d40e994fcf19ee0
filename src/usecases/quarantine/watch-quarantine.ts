import { authorise, type Actor } from '../../domain/actor.js';
import { decodeCursor } from '../../domain/cursor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import type { QuarantineEvent } from '../../domain/quarantine-event.js';
import { ok } from '../../domain/result.js';
import { createWake } from '../wake.js';
import type { WatchDeps } from '../watch-upload.js';

/** Entries read from the database at once: all that one subscriber ever holds in memory. */
const BATCH_SIZE = 100;
/** How long an entry can go unseen when every wake-up is lost. */
const POLL_INTERVAL_MS = 1_000;

/**
 * Everything that happens in the tenant's quarantine, in order: first what followed the cursor, then what comes.
 * None is missed and none repeated, because numbers are given out in the order of the commits.
 *
 * @returns BAD_USER_INPUT for a cursor that is none, or that no event of this tenant has had
 */
export const watchQuarantine =
  (deps: WatchDeps) =>
  async (
    actor: Actor,
    after: string | undefined,
    signal: AbortSignal,
  ): Promise<Outcome<AsyncGenerator<QuarantineEvent>>> => {
    const allowed = authorise(actor, 'quarantine:read');
    if (!allowed.ok) return allowed;
    const position = after === undefined ? undefined : decodeCursor(after);
    const last = await deps.files.transact(actor, (tx) => tx.lastQuarantineSequence());
    // Whoever waited for a position that nobody was given would miss all that comes before.
    if (after !== undefined && !(position !== undefined && position <= last)) {
      return fault('BAD_USER_INPUT', { message: 'This is no cursor of an event.', field: 'after' });
    }
    return ok(eventsFrom(deps, actor, position ?? last, signal));
  };

async function* eventsFrom(
  deps: WatchDeps,
  actor: Actor,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<QuarantineEvent> {
  const wake = await createWake(deps, { kind: 'events', tenantId: actor.tenantId });
  let position = from;
  try {
    while (!signal.aborted) {
      const events = await deps.files.transact(actor, (tx) => tx.quarantineEventsAfter(position, BATCH_SIZE));
      for (const event of events) {
        yield event;
        position = event.sequence;
      }
      if (events.length < BATCH_SIZE) await wake.wait(POLL_INTERVAL_MS, signal);
    }
  } finally {
    wake.close();
  }
}
