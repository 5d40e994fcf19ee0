import { copyIntoShared } from '../common/copy-into-shared.js';
import { GATHER_BYTES, type GatherMemory, type LentBuffer } from './gather-memory.js';

/** Chunks that wait to be written together. */
export interface Gathering {
  readonly sizeBytes: number;
  /** Takes a chunk; one of a fast sender is copied, so that its own memory is free at once. */
  readonly add: (chunk: Uint8Array) => void;
  /** Whether something waits that is worth a write. */
  readonly isReady: () => boolean;
  /** Lets nothing more into what is being filled: it is then ready. */
  readonly close: () => void;
  /** What is ready. The memory stays lent until it is released. */
  readonly takeReady: () => Ready;
  /** Forgets everything. */
  readonly drop: () => void;
}

/** Chunks to be written. */
export interface Ready {
  readonly chunks: Uint8Array[];
  readonly sizeBytes: number;
  readonly release: () => void;
}

/** Smaller chunks are those of a slow sender, who shall not keep memory that others need. */
const MIN_COPIED_BYTES = 16 * 1024;

/** Begins with nothing. */
export function createGathering(memory: GatherMemory): Gathering {
  const ready = createReadyChunks(memory);
  let open: { readonly buffer: LentBuffer; length: number } | undefined;
  const close = (): void => {
    if (open) ready.push(open.buffer.subarray(0, open.length), open.buffer);
    open = undefined;
  };
  const openFor = (chunk: Uint8Array): typeof open => {
    if (open || chunk.byteLength < MIN_COPIED_BYTES) return open;
    const buffer = memory.take();
    return (open = buffer && { buffer, length: 0 });
  };
  return {
    get sizeBytes() {
      return ready.sizeBytes() + (open?.length ?? 0);
    },
    add: (chunk) => {
      for (let rest = chunk; rest.byteLength > 0;) {
        const target = openFor(rest);
        if (!target) return ready.push(rest);
        const fitting = rest.subarray(0, GATHER_BYTES - target.length);
        copyIntoShared(target.buffer, fitting, target.length);
        target.length += fitting.byteLength;
        if (target.length === GATHER_BYTES) close();
        rest = rest.subarray(fitting.byteLength);
      }
    },
    isReady: () => ready.sizeBytes() > 0,
    close,
    takeReady: ready.take,
    drop: () => {
      close();
      ready.take().release();
    },
  };
}

interface ReadyChunks {
  readonly sizeBytes: () => number;
  /** @param lent - the memory that is given back once the bytes are written */
  readonly push: (bytes: Uint8Array, lent?: LentBuffer) => void;
  readonly take: () => Ready;
}

function createReadyChunks(memory: GatherMemory): ReadyChunks {
  let chunks: Uint8Array[] = [];
  let lent: LentBuffer[] = [];
  let sizeBytes = 0;
  return {
    sizeBytes: () => sizeBytes,
    push: (bytes, buffer) => {
      chunks.push(bytes);
      sizeBytes += bytes.byteLength;
      if (buffer) lent.push(buffer);
    },
    take: () => {
      const buffers = lent;
      const taken = { chunks, sizeBytes, release: () => buffers.forEach(memory.giveBack) };
      [chunks, lent, sizeBytes] = [[], [], 0];
      return taken;
    },
  };
}
