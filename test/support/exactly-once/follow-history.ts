import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { watchEvents, type EventView, type LiveSource } from '../watch-live.js';

/** A client that sees every event of its tenant, and remembers how many there were and their sum. */
export interface HistoryFollower {
  /** What is wrong with what it saw, compared with the database; nothing once it has seen it all. */
  judge(db: pg.Client): Promise<string[]>;
  stop(): Promise<void>;
}

/** Events after which it leaves, and comes back with its cursor: nothing may be lost or repeated there. */
const STRETCH_EVENTS = 500;
const LOOK_MS = 20;
const RETRY_MS = 50;

/**
 * Follows the history of a tenant from a cursor on, each stretch from another process, in bounded memory.
 *
 * @param sources - made anew for each stretch, because tokens end
 */
export function followHistory(
  sources: () => Promise<readonly LiveSource[]>,
  first: EventView,
): HistoryFollower {
  let sum = '';
  let seen = 0;
  let cursor = first.cursor;
  const stopping = new AbortController();
  const take = (events: readonly EventView[]): void => {
    for (const event of events) {
      sum = add(sum, event.file.id, event.file.version, event.to);
      seen += 1;
      ({ cursor } = event);
    }
  };
  const followStretch = async (source: LiveSource): Promise<void> => {
    const stretch = watchEvents(source, { after: cursor });
    const over = new AbortController();
    const end = (): void => over.abort();
    stretch.done.then(end, end);
    const signal = AbortSignal.any([over.signal, stopping.signal]);
    for (let taken = 0; !signal.aborted && taken < STRETCH_EVENTS;) {
      const events = stretch.items.splice(0);
      take(events);
      taken += events.length;
      await sleep(LOOK_MS);
    }
    stretch.stop();
  };
  const follow = async (): Promise<void> => {
    for (let round = 0; !stopping.signal.aborted; round += 1) {
      const all = await sources();
      const source = all[round % all.length];
      if (source) await followStretch(source);
      await sleep(RETRY_MS);
    }
  };
  const following = follow();
  return {
    judge: async (db) => {
      const { count, sum: right } = await sumOf(db, first);
      return count === seen && right === sum
        ? []
        : [`a subscriber saw ${seen} events of ${count}, or others, or in another order`];
    },
    stop: async () => {
      stopping.abort();
      await following;
    },
  };
}

const add = (sum: string, file: string, version: number, to: string): string =>
  createHash('sha256').update(`${sum} ${file} ${version} ${to}`).digest('hex');

/** The same over the events that the tenant has in the database, after the first one that was seen. */
async function sumOf(db: pg.Client, { file }: EventView): Promise<{ count: number; sum: string }> {
  const { rows } = await db.query<{ file: string; version: number; to: string }>(
    `select events.file_id as file, events.version, events.to_state as to from events
     join events first on first.tenant_id = events.tenant_id and first.sequence < events.sequence
     where first.file_id = $1 and first.version = $2 order by events.sequence`,
    [file.id, file.version],
  );
  return {
    count: rows.length,
    sum: rows.reduce((sum, { file: id, version, to }) => add(sum, id, version, to), ''),
  };
}
