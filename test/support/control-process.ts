import type { ServerProcess } from '../../launch/services/server-process.js';

/**
 * Starts a server that a test may kill and start again.
 *
 * @param start - with the port of the first time, once there is one
 */
export async function controlProcess<T extends ServerProcess & { readonly port?: number }>(
  start: (again: { port?: number }) => Promise<T>,
  stops: Stops,
): Promise<ProductProcess & { readonly first: T }> {
  const first = await start({});
  const again = first.port === undefined ? {} : { port: first.port };
  let current = first;
  stops.push(() => current.stop());
  return {
    first,
    pid: () => current.pid,
    kill9: async () => {
      process.kill(current.pid, 'SIGKILL');
      await current.exited;
    },
    restart: async () => {
      await current.stop();
      current = await start(again);
    },
  };
}

/** One process of the product under test. */
export interface ProductProcess {
  /** Of the process that runs now. */
  readonly pid: () => number;
  /** Kills it without a word and waits until it is gone. */
  readonly kill9: () => Promise<void>;
  /** Ends it in order when it runs, and starts it again with the same ports and the same data. */
  readonly restart: () => Promise<void>;
}

/** What ends the parts of something, in the order in which they were started. */
export type Stops = (() => Promise<void>)[];
