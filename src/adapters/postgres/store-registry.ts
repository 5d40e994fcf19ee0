import { and, eq, isNull } from 'drizzle-orm';
import { objectStore } from '../../../db/schema/object-store.js';
import { PermanentError } from '../../domain/errors.js';
import type { ExpectedStore, StoreRegistry } from '../../ports/store-identity.js';
import { clockNow } from '../../../db/schema/columns.js';
import type { Database } from './database.js';
import type { Sql } from './session.js';

/** Remembers which object store has the files. Works with every login of the service. */
export function createStoreRegistry(database: Database): StoreRegistry {
  const ask = <T>(work: (db: Sql) => Promise<T>): Promise<T> =>
    database.transaction({ kind: 'login' }, ({ sql: db }) => work(db));
  return {
    expected: () => ask(read),
    propose: (id) =>
      ask(async (db) => {
        await db.insert(objectStore).values({ id }).onConflictDoNothing();
        const standing = await read(db);
        if (!standing) throw new PermanentError('postgres', 'What names the object store cannot be read.');
        return standing;
      }),
    settle: (id) =>
      ask(async (db) => {
        await db
          .update(objectStore)
          .set({ settledAt: clockNow })
          .where(and(eq(objectStore.id, id), isNull(objectStore.settledAt)));
      }),
  };
}

async function read(db: Sql): Promise<ExpectedStore | undefined> {
  const [row] = await db.select().from(objectStore);
  return row && { id: row.id, isSettled: row.settledAt !== null };
}
