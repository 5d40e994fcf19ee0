import { unlessAborted } from './unless-aborted.js';

/** Lets go what was claimed; resolves when others can have it. */
export type Release = () => Promise<void>;

/** Keeps two uploads from sending into one file of the service. */
export interface Claims {
  /**
   * Takes a name unless an upload that goes on has it, in this client or, where the platform knows locks, in
   * another tab; waits for one that is stopping.
   *
   * @returns `undefined` when somebody else has it
   * @throws the reason of the signal
   */
  readonly tryTake: (name: string, signal: AbortSignal) => Promise<Release | undefined>;
  /**
   * Takes a name when no other upload of this client has it any more.
   *
   * @throws the reason of the signal
   */
  readonly take: (name: string, signal: AbortSignal) => Promise<Release>;
}

interface Claim {
  /** Of the upload that has it. */
  readonly signal: AbortSignal;
  readonly released: Promise<void>;
}

/** Claims among the uploads of one client. */
export function createClaims(): Claims {
  const claims = new Map<string, Claim>();
  const hold = (name: string, signal: AbortSignal): (() => void) => {
    let end = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      end = resolve;
    });
    claims.set(name, { signal, released });
    return () => {
      claims.delete(name);
      end();
    };
  };
  return {
    tryTake: async (name, signal) => {
      for (let other = claims.get(name); other !== undefined; other = claims.get(name)) {
        if (!other.signal.aborted) return undefined;
        await unlessAborted(other.released, signal);
      }
      const release = hold(name, signal);
      const unlock = await lockAmongTabs(name);
      if (unlock === undefined) release();
      return unlock && (() => unlock().finally(release));
    },
    take: async (name, signal) => {
      for (let other = claims.get(name); other !== undefined; other = claims.get(name)) {
        await unlessAborted(other.released, signal);
      }
      const release = hold(name, signal);
      return () => {
        release();
        return nothing();
      };
    },
  };
}

const nothing = (): Promise<void> => Promise.resolve();

/** Pages without https and older versions of Node have no locks; sandboxed pages refuse them. */
async function lockAmongTabs(name: string): Promise<Release | undefined> {
  const locks = (globalThis.navigator as Partial<Navigator> | undefined)?.locks;
  if (locks === undefined) return nothing;
  let unlock = (): void => undefined;
  let request: Promise<unknown> = Promise.resolve();
  const isFree = await new Promise<boolean>((told) => {
    request = locks
      .request(`lazaret ${name}`, { ifAvailable: true }, (lock) => {
        told(lock !== null);
        return lock && new Promise<void>((release) => (unlock = release));
      })
      .catch(() => told(true));
  });
  if (!isFree) return undefined;
  return async () => {
    unlock();
    await request;
  };
}
