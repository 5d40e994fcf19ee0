import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Chance } from '../crash/chance.js';

/** Somebody who ends connections to the database while they are in use. */
export interface ConnectionBreaker {
  /** How many so far. */
  count(): number;
  /** No more of them until `resume`. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

const MAX_PAUSE_MS = 800;

/** A backend within a transaction, of the API or the worker: sometimes just when it commits. */
const END_ONE = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and usename like 'lazaret_%' and state <> 'idle' order by random() limit 1`;

/** Ends connections of a product to its database, one every few hundred milliseconds, once it is told to `resume`. */
export async function breakConnections(databaseUrl: string, chance: Chance): Promise<ConnectionBreaker> {
  const db = new pg.Client({ connectionString: databaseUrl });
  await db.connect();
  const stopping = new AbortController();
  let isPaused = true;
  let broken = 0;
  const breakOn = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (!isPaused) broken += (await db.query(END_ONE)).rowCount ?? 0;
      await sleep(chance.below(MAX_PAUSE_MS));
    }
  };
  const breaking = breakOn();
  return {
    count: () => broken,
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
    },
    stop: async () => {
      stopping.abort();
      await breaking;
      await db.end();
    },
  };
}
