import type { Network } from '../api/retry.js';
import type { Platform } from '../platform.js';
import { createHasher, type CreateWorker } from './hasher.js';
import { xhrPut } from './xhr-put.js';

/** Browsers open six connections to a host over HTTP/1.1: one may carry events, and one stays free for all else. */
const MAX_PARALLEL = 4;

/** A page, or a worker of one. */
export const browserPlatform = (createWorker: CreateWorker): Platform => ({
  put: xhrPut,
  ...createHasher(createWorker),
  network: browserNetwork,
  maxParallel: MAX_PARALLEL,
});

const browserNetwork: Network = {
  isOnline: () => navigator.onLine,
  whenOnline: (signal) =>
    new Promise((resolve, reject) => {
      if (navigator.onLine) {
        resolve();
        return;
      }
      const end = (): void => {
        removeEventListener('online', back);
        signal?.removeEventListener('abort', stop);
      };
      const back = (): void => {
        end();
        resolve();
      };
      const stop = (): void => {
        end();
        reject(signal?.reason as Error);
      };
      addEventListener('online', back);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};
