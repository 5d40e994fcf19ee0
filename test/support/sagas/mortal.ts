import type { FileStore } from '../../../src/ports/file-store.js';
import type { SagaStore } from './saga-scene.js';

/** Whatever works with the database and the store. */
interface Limbs {
  readonly files: FileStore;
  readonly objects: SagaStore;
}

/** Dependencies of a process that dies. */
export interface Mortal<Deps> {
  readonly deps: Deps;
  /** Moments so far in which it could have died: after each transaction and each call of the store. */
  readonly moments: () => number;
  /** Resolves when nothing that was begun is under way any more. */
  readonly rest: () => Promise<void>;
}

/** What a process sees when it dies; nobody may take it for an answer. */
class DeathError extends Error {
  override readonly name = 'DeathError';
}

const STORE_CALLS: ReadonlySet<string | symbol> = new Set([
  ...['beginUpload', 'putPart', 'finishUpload', 'abortUpload', 'write', 'lend', 'stat', 'remove'],
  ...['isolate', 'removeIsolated', 'discardPart'],
]);

/**
 * Dependencies that die in the moment of a number, right after something was done and before anybody learns of it:
 * everything from there on fails, as with a process that is killed.
 *
 * @param diesAt - the first moment is 1
 */
export function mortal<Deps extends Limbs>(deps: Deps, diesAt: number): Mortal<Deps> {
  let moments = 0;
  let underWay = 0;
  const live = (): void => {
    if (moments >= diesAt) throw new DeathError(`Died in moment ${String(diesAt)}`);
  };
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    underWay += 1;
    try {
      live();
      const result = await work();
      moments += 1;
      live();
      return result;
    } finally {
      underWay -= 1;
    }
  };
  const objects = new Proxy(deps.objects, {
    get: (store, name): unknown => {
      const member: unknown = Reflect.get(store, name);
      if (!STORE_CALLS.has(name) || typeof member !== 'function') return member;
      return (...args: unknown[]) => step(() => Reflect.apply(member, store, args) as Promise<unknown>);
    },
  });
  const files: FileStore = { transact: (scope, work) => step(() => deps.files.transact(scope, work)) };
  return {
    deps: { ...deps, objects, files },
    moments: () => moments,
    rest: async () => {
      // What an operation leaves to itself begins its next step within the same turn of the loop, or never.
      do await new Promise((resolve) => setImmediate(resolve));
      while (underWay > 0);
    },
  };
}
