import type { Platform } from '../platform.js';
import { hashBlob } from './hash-blob.js';
import { createHttpPut } from './http-put.js';
import { proveBlob } from './prove-blob.js';

const MAX_PARALLEL = 8;

/** Node: nobody tells whether there is a network, so it is tried. */
export const nodePlatform = (): Platform => ({
  ...createHttpPut(),
  sha256: hashBlob,
  prove: proveBlob,
  network: { isOnline: () => true, whenOnline: () => Promise.resolve() },
  maxParallel: MAX_PARALLEL,
});
