import { ExponentialBackoff, handleType, retry } from 'cockatiel';
import { randomUUID } from 'node:crypto';
import type { Database } from '../adapters/postgres/database.js';
import { assertRowLevelSecurity } from '../adapters/postgres/privileges.js';
import { createStoreRegistry } from '../adapters/postgres/store-registry.js';
import { TransientError } from '../domain/errors.js';
import type { Logger } from '../observability/logger.js';
import type { StoreIdentity } from '../ports/store-identity.js';
import { recogniseStore } from '../usecases/recognise-store.js';

/** How long the start waits for Postgres, without which there is nothing to do. Whoever supervises the process then starts it again. */
const DATABASE_WAIT_MS = 60_000;
const DATABASE_BACKOFF = { initialDelay: 100, maxDelay: 2_000 };

/**
 * Makes sure that the database keeps tenants apart, and that the store is the one that it has its files in. A database that is
 * away is waited for: it may just be starting as well, and a new process would cost more than another try.
 *
 * @param signal - ends the wait
 * @throws PermanentError where the database would not keep tenants apart, or has its files in another store; TransientError when
 *   it stays away
 */
export async function meetStore(
  { database, logger }: { readonly database: Database; readonly logger: Logger },
  store: StoreIdentity,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = retry(handleType(TransientError), { backoff: new ExponentialBackoff(DATABASE_BACKOFF) });
  waiting.onRetry(({ attempt }) => {
    if (attempt === 1) logger.warn('the database is not there yet; waiting for it');
  });
  const limit = AbortSignal.timeout(DATABASE_WAIT_MS);
  const end = signal ? AbortSignal.any([signal, limit]) : limit;
  await waiting.execute(() => assertRowLevelSecurity(database), end);
  const stores = { store, registry: createStoreRegistry(database), newId: randomUUID };
  await waiting.execute((context) => recogniseStore(stores, context.signal), end);
}
