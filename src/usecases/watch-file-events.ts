import { authorise, type Actor } from '../domain/actor.js';
import { decodeCursor } from '../domain/cursor.js';
import { fault, type Outcome } from '../domain/errors.js';
import type { FileEvent } from '../domain/events.js';
import type { FileState } from '../domain/file-state.js';
import { ok } from '../domain/result.js';
import { createWake } from './wake.js';
import type { WatchDeps } from './watch-upload.js';

/** Events read from the database at once: all that one subscriber ever holds in memory. */
const BATCH_SIZE = 100;
/** How long an event can go unseen when every wake-up is lost. */
const POLL_INTERVAL_MS = 1_000;

/** Where to begin and what to see. */
export interface WatchFileEventsInput {
  /** Cursor of the last event that was seen; from now on when absent. */
  readonly after?: string | undefined;
  /** Only changes to these states; all when absent. */
  readonly states?: readonly FileState[] | undefined;
}

/**
 * Every change of state in the tenant, in order: first what followed the cursor, then what comes. None is
 * missed and none repeated, because the database is read by position and the bus only says when.
 *
 * @returns BAD_USER_INPUT for a cursor that is none, or that no event of this tenant has had
 */
export const watchFileEvents =
  (deps: WatchDeps) =>
  async (
    actor: Actor,
    input: WatchFileEventsInput,
    signal: AbortSignal,
  ): Promise<Outcome<AsyncGenerator<FileEvent>>> => {
    const allowed = authorise(actor, 'file:read');
    if (!allowed.ok) return allowed;
    const position = input.after === undefined ? undefined : decodeCursor(input.after);
    const last = await deps.files.transact(actor, (tx) => tx.lastSequence());
    // Whoever waited for a position that nobody was given would miss all that comes before.
    if (input.after !== undefined && !(position !== undefined && position <= last)) {
      return fault('BAD_USER_INPUT', { message: 'This is no cursor of an event.', field: 'after' });
    }
    return ok(eventsFrom(deps, actor, position ?? last, input.states && new Set(input.states), signal));
  };

async function* eventsFrom(
  deps: WatchDeps,
  actor: Actor,
  from: number,
  states: ReadonlySet<FileState> | undefined,
  signal: AbortSignal,
): AsyncGenerator<FileEvent> {
  const wake = await createWake(deps, { kind: 'events', tenantId: actor.tenantId });
  let position = from;
  try {
    while (!signal.aborted) {
      const events = await deps.files.transact(actor, (tx) => tx.eventsAfter(position, BATCH_SIZE));
      for (const event of events) {
        if (!states || states.has(event.to)) yield event;
        position = event.sequence;
      }
      if (events.length < BATCH_SIZE) await wake.wait(POLL_INTERVAL_MS, signal);
    }
  } finally {
    wake.close();
  }
}
