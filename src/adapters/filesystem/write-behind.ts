/** Chunks on their way into a file, one behind the other. */
export interface WriteBehind {
  /** Bytes that were taken, and are not lost by a failure. */
  readonly sizeBytes: number;
  /** Takes a chunk, and waits when too many do so already. Throws why an earlier chunk, or this one, was lost. */
  take(chunk: Uint8Array): Promise<void>;
  /** Resolves when all that was taken is written; throws like `take`. */
  settle(): Promise<void>;
  /** Begins anew, at the beginning of the file. */
  clear(): void;
}

/** Bytes that wait while the disk is busy; as many again are on their way to it. */
const WAITING_BYTES = 1024 * 1024;

/** Puts chunks at a position of the file. */
type Write = (chunks: Uint8Array[], position: number) => Promise<void>;

interface State {
  waiting: Uint8Array[];
  waitingBytes: number;
  underWayBytes: number;
  writtenBytes: number;
  failure?: { readonly error: unknown } | undefined;
}

const fresh = (): State => ({ waiting: [], waitingBytes: 0, underWayBytes: 0, writtenBytes: 0 });

/**
 * Writes chunks as fast as the disk takes them: while some are written the next ones gather, and go out together in one
 * call. After a failure nothing is taken until `clear`.
 */
export function createWriteBehind(write: Write): WriteBehind {
  let state = fresh();
  let writing: Promise<void> = Promise.resolve();
  let isWriting = false;
  const settle = async (): Promise<void> => {
    await writing;
    if (state.failure) throw state.failure.error;
  };
  const run = async (before: Promise<void>, current: State): Promise<void> => {
    await before;
    await drain(current, write);
    if (current === state) isWriting = false;
  };
  return {
    get sizeBytes() {
      return state.writtenBytes + state.underWayBytes + state.waitingBytes;
    },
    take: async (chunk) => {
      if (state.failure) throw state.failure.error;
      state.waiting.push(chunk);
      state.waitingBytes += chunk.byteLength;
      if (!isWriting) {
        isWriting = true;
        writing = run(writing, state);
      }
      if (state.waitingBytes >= WAITING_BYTES) await settle();
    },
    settle,
    clear: () => {
      // What is on its way ends before anything else is written, and is written over.
      state.waiting = [];
      state = fresh();
      isWriting = false;
    },
  };
}

async function drain(state: State, write: Write): Promise<void> {
  try {
    while (state.waiting.length > 0) {
      const chunks = state.waiting;
      state.underWayBytes = state.waitingBytes;
      [state.waiting, state.waitingBytes] = [[], 0];
      await write(chunks, state.writtenBytes);
      state.writtenBytes += state.underWayBytes;
      state.underWayBytes = 0;
    }
  } catch (error) {
    [state.waiting, state.waitingBytes, state.underWayBytes] = [[], 0, 0];
    state.failure = { error };
  }
}
