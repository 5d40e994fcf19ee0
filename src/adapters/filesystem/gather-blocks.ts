import { copyIntoShared } from '../common/copy-into-shared.js';
import { allocateAligned, isAligned, wholeBlocks } from './aligned-memory.js';

/** Chunks of any size and memory that become stretches which can be written past the page cache. */
export interface BlockGatherer {
  /** Takes the next chunk, whose memory may be used again once it has resolved. */
  readonly add: (chunk: Uint8Array) => Promise<void>;
  /** Puts what waits for more. */
  readonly flush: () => Promise<void>;
}

/** Bytes that are gathered for one write. */
const GATHER_BYTES = 1024 * 1024;

/**
 * Passes on what is aligned as it is, as long as nothing came before it that had to be gathered: from then on it copies.
 *
 * @param put - takes the stretches in order; all but the last have whole blocks
 */
export function gatherBlocks(put: (bytes: Uint8Array) => Promise<void>): BlockGatherer {
  let memory: Buffer | undefined;
  let length = 0;
  const flush = async (): Promise<void> => {
    const bytes = memory?.subarray(0, length);
    length = 0;
    if (bytes && bytes.byteLength > 0) await put(bytes);
  };
  const copy = async (chunk: Uint8Array): Promise<void> => {
    for (let rest = chunk; rest.byteLength > 0;) {
      memory ??= allocateAligned(GATHER_BYTES);
      const fitting = rest.subarray(0, GATHER_BYTES - length);
      copyIntoShared(memory, fitting, length);
      length += fitting.byteLength;
      if (length === GATHER_BYTES) await flush();
      rest = rest.subarray(fitting.byteLength);
    }
  };
  return {
    flush,
    add: async (chunk) => {
      const wholeBytes = length === 0 && isAligned(chunk) ? wholeBlocks(chunk) : 0;
      if (wholeBytes > 0) await put(chunk.subarray(0, wholeBytes));
      await copy(chunk.subarray(wholeBytes));
    },
  };
}
