import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from '../../launch/services/postgres.js';
import { freeze } from './freeze.js';

/** A Postgres of one test file, which may do to it what it likes. */
export interface OwnPostgres {
  readonly superuserUrl: string;
  /** Makes it stand still with all its connections; hands back what lets it go on. */
  readonly freeze: () => Promise<() => void>;
  readonly stop: () => Promise<void>;
}

/** What a test kills is a process, never the machine. */
export const NEVER_LOSES_POWER = { fsync: 'off', full_page_writes: 'off' } as const;

/** Starts one in a directory of its own. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-postgres-'));
  const server = await startPostgres({
    directory: path.join(directory, 'pg'),
    password: 'postgres',
    settings: NEVER_LOSES_POWER,
  });
  return {
    superuserUrl: server.url,
    freeze: () => freeze(server.pid),
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
