import { copyIntoShared } from '../common/copy-into-shared.js';
import { freeMemory } from '../common/free-memory.js';
import { ALIGNMENT_BYTES } from './aligned-memory.js';
import { GATHER_BYTES, type GatherMemory, type LentBuffer } from './gather-memory.js';

/** Chunks that wait to be written together. */
export interface Gathering {
  readonly sizeBytes: number;
  /** Takes a chunk and its memory; one of a fast sender is copied, and its memory is free at once. */
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

/** Begins with nothing, at the beginning of a file. */
export function createGathering(memory: GatherMemory): Gathering {
  const ready = createReadyChunks(memory);
  let open: Filling | undefined;
  let position = 0;
  const close = (): void => {
    open?.pass(ready);
    open = undefined;
  };
  /** @returns how many of the first bytes were copied; all of them are kept where that is none */
  const copyOrKeep = (bytes: Uint8Array): number => {
    if (!open && bytes.byteLength >= MIN_COPIED_BYTES) open = beginFilling(memory, position);
    const copiedBytes = open?.copy(bytes) ?? 0;
    if (copiedBytes === 0) ready.push(bytes);
    position += copiedBytes === 0 ? bytes.byteLength : copiedBytes;
    if (open?.isFull()) close();
    return copiedBytes;
  };
  return {
    get sizeBytes() {
      return ready.sizeBytes() + (open?.sizeBytes() ?? 0);
    },
    add: (chunk) => {
      for (let rest = chunk; rest.byteLength > 0;) {
        const copiedBytes = copyOrKeep(rest);
        if (copiedBytes === 0) return;
        rest = rest.subarray(copiedBytes);
      }
      freeMemory(chunk);
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

/** Memory that is being filled. */
interface Filling {
  readonly sizeBytes: () => number;
  readonly isFull: () => boolean;
  /** @returns how many of the first bytes had room */
  readonly copy: (bytes: Uint8Array) => number;
  readonly pass: (ready: ReadyChunks) => void;
}

/** @param position - where its bytes will be in the file */
function beginFilling(memory: GatherMemory, position: number): Filling | undefined {
  const buffer = memory.take();
  if (!buffer) return undefined;
  // As far behind a block of the memory as behind one of the file: then all but the first block can be written directly.
  const start = position % ALIGNMENT_BYTES;
  let end = start;
  return {
    sizeBytes: () => end - start,
    isFull: () => end === GATHER_BYTES,
    copy: (bytes) => {
      const fitting = bytes.subarray(0, GATHER_BYTES - end);
      copyIntoShared(buffer, fitting, end);
      end += fitting.byteLength;
      return fitting.byteLength;
    },
    pass: (ready) => {
      ready.push(buffer.subarray(start, end), buffer);
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
