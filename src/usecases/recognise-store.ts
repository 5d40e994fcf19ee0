import { PermanentError } from '../domain/errors.js';
import type { ExpectedStore, StoreIdentity, StoreRegistry } from '../ports/store-identity.js';

/** What recognising needs. */
export interface RecogniseStoreDeps {
  readonly store: StoreIdentity;
  readonly registry: StoreRegistry;
  /** A fresh UUID in lower case. */
  readonly newId: () => string;
}

/**
 * Makes sure that the store is the one that the database has its files in. A new store is given an id that the database
 * remembers: first the proposal, then the store, then the note that it has it, so that a crash between two steps leaves
 * something that the next start goes on with. Safe when several processes start at once.
 *
 * An empty store in the place of the right one would make files look lost and removals look done; the store of another
 * database would look full of leftovers, and be emptied.
 *
 * @throws PermanentError that says what an operator can do, where it is another store or none; TransientError when one of the two
 *   cannot be asked
 */
export async function recogniseStore(deps: RecogniseStoreDeps, signal?: AbortSignal): Promise<void> {
  const { store, registry } = deps;
  const { id, isSettled } = (await registry.expected()) ?? (await propose(deps, signal));
  // Asked after the database: a store whose id is settled there has had it before.
  const found = await store.identity(signal);
  if (found === undefined && isSettled) throw missing(store, id);
  if (found === undefined) await store.identify(id, signal);
  else if (found !== id) throw other(store, found, id);
  if (!isSettled) await registry.settle(id);
}

/** For a database that knows of no store yet: a store that has an id is then that of another one. */
async function propose(
  { store, registry, newId }: RecogniseStoreDeps,
  signal: AbortSignal | undefined,
): Promise<ExpectedStore> {
  const found = await store.identity(signal);
  if (found === undefined) return registry.propose(newId());
  // Another process that starts may have given it the id in the meantime.
  const known = await registry.expected();
  if (!known) throw foreign(store, found);
  return known;
}

const DEPENDENCY = 'object-store';

const missing = ({ identityPlace }: StoreIdentity, id: string): PermanentError =>
  new PermanentError(
    DEPENDENCY,
    `This is not the store that the database has its files in: there is no id at ${identityPlace}. Its disk is not mounted, or the directory or bucket is another one. If it is the right store and lost its id, write ${id} there.`,
  );

const other = ({ identityPlace }: StoreIdentity, found: string, id: string): PermanentError =>
  new PermanentError(
    DEPENDENCY,
    `This is not the store that the database has its files in: the id at ${identityPlace} is ${found}, and that of its store is ${id}.`,
  );

const foreign = ({ identityPlace }: StoreIdentity, found: string): PermanentError =>
  new PermanentError(
    DEPENDENCY,
    `This store belongs to another database, which gave it the id ${found}: all that is in it would be removed as left over. Use an empty directory or another S3_BUCKET_PREFIX, or the database that it belongs to. If nobody needs what is in it, remove ${identityPlace}.`,
  );
