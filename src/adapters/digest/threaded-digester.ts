import type { Digester } from '../../ports/digester.js';
import { createInlineDigest } from './inline-digest.js';
import { startThread, type DigestThread } from './start-thread.js';

/** Below this a body is hashed before another thread would have heard of it; MACs beside its digest are made there alone. */
const INLINE_BYTES = 2 * 1024 * 1024;

/**
 * Hashes large bodies on a thread of its own, so that the one that reads, writes and sends them is free
 * meanwhile. The thread begins with the first large body, and again after it died; it holds no process back
 * from its end.
 */
export function createThreadedDigester(): Digester {
  let thread: DigestThread | undefined;
  return {
    begin(sizeBytes, { isDivided = false, blockBytes } = {}) {
      if (sizeBytes < INLINE_BYTES && !isDivided && blockBytes === undefined) return createInlineDigest();
      if (!thread?.isAlive()) thread = startThread();
      return thread.begin(blockBytes);
    },
  };
}
