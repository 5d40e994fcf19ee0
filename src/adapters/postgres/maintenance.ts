import { randomUUID } from 'node:crypto';
import { and, eq, isNull, lte, or, type SQL } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { maintenance } from '../../../db/schema/maintenance.js';
import type { Maintenance } from '../../ports/maintenance.js';
import type { Database } from './database.js';
import { databaseNow, databaseNowPlus } from './file-scope.js';

/** How long a process that has died keeps others waiting: longer than any one step of the work. */
const LEASE_MS = 300_000;

/**
 * Shares out work through one row for each kind. Needs a pool that logs in as `lazaret_system`.
 *
 * @param leaseMs - how long somebody who says nothing keeps the work
 */
export function createMaintenance(database: Database, leaseMs = LEASE_MS): Maintenance {
  const write = (where: SQL | undefined, changes: PgUpdateSetSource<typeof maintenance>): Promise<boolean> =>
    database.transaction({ kind: 'system' }, async ({ sql: db }) => {
      const rows = await db
        .update(maintenance)
        .set(changes)
        .where(where)
        .returning({ name: maintenance.name });
      return rows.length === 1;
    });
  return {
    begin: async (work, intervalMs) => {
      const holder = randomUUID();
      const isWork = eq(maintenance.name, work);
      const isFree = or(isNull(maintenance.leaseUntil), lte(maintenance.leaseUntil, databaseNow));
      const isDue = or(
        isNull(maintenance.finishedAt),
        lte(maintenance.finishedAt, databaseNowPlus(-intervalMs)),
      );
      const hasBegun = await write(and(isWork, isFree, isDue), {
        holder,
        leaseUntil: databaseNowPlus(leaseMs),
      });
      if (!hasBegun) return undefined;
      const isOurs = and(isWork, eq(maintenance.holder, holder));
      const free = { holder: null, leaseUntil: null };
      return {
        renew: () => write(isOurs, { leaseUntil: databaseNowPlus(leaseMs) }),
        finish: async () => {
          await write(isOurs, { ...free, finishedAt: databaseNow });
        },
        release: async () => {
          await write(isOurs, free);
        },
      };
    },
  };
}
