import { NoRoomError, TransientError } from '../../domain/errors.js';
import type { Breaker } from '../../observability/breaker.js';
import type { DirectTransfer, ObjectStore } from '../../ports/object-store.js';
import type { QuarantineArea } from '../../ports/quarantine-area.js';
import type { StoreIdentity } from '../../ports/store-identity.js';
import type { StoreInventory } from '../../ports/store-inventory.js';
import { consume } from '../common/consume.js';

/** A store with all its abilities. */
export type WholeStore = ObjectStore & QuarantineArea & StoreInventory & StoreIdentity;

const DEPENDENCY = 'object-store';
/** Longest wait for the probe. */
const PROBE_MS = 3_000;

/**
 * How the breaker before a store behaves. Only what the store itself failed with counts: neither what it refuses for good,
 * nor a body that breaks off, nor that it is full: it still gives out and removes what it has. While it is lost the store is asked by its own check: an upload would take as long as its
 * sender likes.
 */
export const storeBreaker = (store: ObjectStore) => ({
  dependency: DEPENDENCY,
  failures: 5,
  openMs: 1_000,
  isFailure: (error: unknown): boolean =>
    error instanceof TransientError && !(error instanceof NoRoomError) && error.dependency === DEPENDENCY,
  probe: (): Promise<void> => checkInTime(store, AbortSignal.timeout(PROBE_MS)),
});

/**
 * Puts a breaker before a store that is reached over a network. While it is open, new operations fail at once with
 * `TransientError`; what is under way, the body of an opened object included, goes on. Looking through the store, its
 * id, which the start alone asks for, and signing, which asks nobody, are not its business.
 */
export function guardStore(store: WholeStore, breaker: Breaker): WholeStore {
  const { run } = breaker;
  return {
    ...store,
    ...(store.direct && { direct: guardDirect(store.direct, breaker) }),
    ...guardQuarantine(store, breaker),
    beginUpload: (key, signal) => run(() => store.beginUpload(key, signal), signal),
    putPart: (upload, partNumber, sizeBytes, body, signal) =>
      consume(body, () => run(() => store.putPart(upload, partNumber, sizeBytes, body, signal), signal)),
    finishUpload: (upload, parts, signal) => run(() => store.finishUpload(upload, parts, signal), signal),
    abortUpload: (upload, signal) => run(() => store.abortUpload(upload, signal), signal),
    write: (ref, sizeBytes, body, signal) =>
      consume(body, () => run(() => store.write(ref, sizeBytes, body, signal), signal)),
    read: (ref, range, signal) => run(() => store.read(ref, range, signal), signal),
    lend: (ref, signal) => run(() => store.lend(ref, signal), signal),
    stat: (ref, signal) => run(() => store.stat(ref, signal), signal),
    remove: (ref, signal) => run(() => store.remove(ref, signal), signal),
    check: (signal) => run(() => checkInTime(store, signal)),
  };
}

/** A check whose time is over speaks against the store; one that nobody waits for any more does not. */
async function checkInTime(store: ObjectStore, signal?: AbortSignal): Promise<void> {
  try {
    await store.check(signal);
  } catch (cause) {
    const { name } = (signal?.reason ?? {}) as { readonly name?: unknown };
    if (name !== 'TimeoutError') throw cause;
    throw new TransientError(DEPENDENCY, 'The store did not answer its check in time.', { cause });
  }
}

const guardDirect = (direct: DirectTransfer, { run }: Breaker): DirectTransfer => ({
  ...direct,
  listParts: (upload, afterPart, signal) => run(() => direct.listParts(upload, afterPart, signal), signal),
});

const guardQuarantine = (area: QuarantineArea, { run }: Breaker): QuarantineArea => ({
  isolate: (from, key, signal) => run(() => area.isolate(from, key, signal), signal),
  readIsolated: (key, range, signal) => run(() => area.readIsolated(key, range, signal), signal),
  removeIsolated: (key, signal) => run(() => area.removeIsolated(key, signal), signal),
});
