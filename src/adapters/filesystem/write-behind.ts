import { createGathering, type Gathering } from './gathering.js';
import type { GatherMemory } from './gather-memory.js';

/** Chunks on their way into a file, one behind the other. */
export interface WriteBehind {
  /** Bytes that were taken, and are not lost by a failure. */
  readonly sizeBytes: number;
  /** Takes a chunk, and waits when too many do so already. Throws why an earlier chunk, or this one, was lost. */
  take(chunk: Uint8Array): Promise<void> | void;
  /** Resolves when all that was taken is written; throws like `take`. */
  settle(): Promise<void>;
  /** Begins anew, at the beginning of the file. */
  clear(): void;
}

/**
 * Bytes that wait while the disk is busy, when none of the memory is left to gather them in. Else it is one buffer of that, while
 * another is on its way.
 */
const WAITING_BYTES = 512 * 1024;

/** Puts chunks at a position of the file; whoever calls may use their memory again once it has resolved. */
type Write = (chunks: Uint8Array[], position: number) => Promise<void>;

interface State {
  readonly waiting: Gathering;
  /** Whether what becomes ready will be written without another start. */
  isWriting: boolean;
  underWayBytes: number;
  writtenBytes: number;
  failure?: { readonly error: unknown } | undefined;
  /** Resolves when what waits is on its way, or lost: then there is room for more. */
  room?: PromiseWithResolvers<void> | undefined;
}

/**
 * Writes chunks as fast as the disk takes them: large ones are gathered in memory that is used again, and whatever
 * comes while the disk is busy goes out together. After a failure nothing is taken until `clear`.
 */
export function createWriteBehind(write: Write, memory: GatherMemory): WriteBehind {
  const fresh = (): State => ({
    waiting: createGathering(memory),
    isWriting: false,
    underWayBytes: 0,
    writtenBytes: 0,
  });
  let state = fresh();
  let writing: Promise<void> = Promise.resolve();
  const start = (): void => {
    const current = state;
    if (current.isWriting) return;
    current.isWriting = true;
    writing = writing.then(() => drain(current, write));
  };
  const settle = async (): Promise<void> => {
    state.waiting.close();
    start();
    await writing;
    if (state.failure) throw state.failure.error;
  };
  return {
    get sizeBytes() {
      return state.writtenBytes + state.underWayBytes + state.waiting.sizeBytes;
    },
    take: (chunk) => {
      if (state.failure) return settle();
      state.waiting.add(chunk);
      if (state.waiting.isReady()) start();
      // What is only being filled is bounded by its memory, and no write would make room of it.
      const isTooMuch = state.waiting.isReady() && state.waiting.sizeBytes >= WAITING_BYTES;
      return isTooMuch ? waitForRoom(state) : undefined;
    },
    settle,
    clear: () => {
      // What is on its way ends before anything else is written, and is written over.
      state.waiting.drop();
      state = fresh();
    },
  };
}

async function drain(state: State, write: Write): Promise<void> {
  try {
    while (state.waiting.isReady()) {
      const { chunks, sizeBytes, release } = state.waiting.takeReady();
      state.underWayBytes = sizeBytes;
      makeRoom(state);
      await write(chunks, state.writtenBytes).finally(release);
      state.writtenBytes += sizeBytes;
      state.underWayBytes = 0;
    }
  } catch (error) {
    state.waiting.drop();
    state.underWayBytes = 0;
    state.failure = { error };
  } finally {
    state.isWriting = false;
    makeRoom(state);
  }
}

async function waitForRoom(state: State): Promise<void> {
  await (state.room ??= Promise.withResolvers()).promise;
  if (state.failure) throw state.failure.error;
}

function makeRoom(state: State): void {
  state.room?.resolve();
  state.room = undefined;
}
