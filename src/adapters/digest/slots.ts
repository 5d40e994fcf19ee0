import { copyIntoShared } from '../common/copy-into-shared.js';
import type { SharedSlots } from './messages.js';

/** Memory that is lent to another thread a piece at a time; who finds none free waits. */
export interface Slots {
  readonly shared: SharedSlots;
  /** Copies bytes into free slots, and tells of each one that holds some. */
  fill(bytes: Uint8Array, filled: Filled): Promise<void> | void;
  /** Takes back a slot that the other thread has read. */
  release(slot: number): void;
  /** Lets nobody wait any more: each one fails with the error, now and later. */
  fail(error: Error): void;
}

/** Hears of a slot that holds bytes. */
export type Filled = (slot: number, length: number) => void;

/** Bytes of one slot: those of one read from the disk. */
const SLOT_BYTES = 1024 * 1024;
/** How many of them may be under way, for all bodies together. */
const SLOTS = 4;

/** Makes the slots, all of them free. */
export function createSlots(): Slots {
  const memory = new SharedArrayBuffer(SLOTS * SLOT_BYTES);
  const bytesOfSlots = Buffer.from(memory);
  const pool = createPool();
  const copy = (slot: number, bytes: Uint8Array, filled: Filled): void => {
    copyIntoShared(bytesOfSlots, bytes, slot * SLOT_BYTES);
    filled(slot, bytes.length);
  };
  const fillInTurn = async (bytes: Uint8Array, filled: Filled): Promise<void> => {
    for (let rest = bytes; rest.length > 0; rest = rest.subarray(SLOT_BYTES)) {
      copy(await pool.take(), rest.subarray(0, SLOT_BYTES), filled);
    }
  };
  return {
    shared: { memory, slotBytes: SLOT_BYTES },
    fill(bytes, filled) {
      const slot = bytes.length <= SLOT_BYTES ? pool.takeNow() : undefined;
      if (slot === undefined) return fillInTurn(bytes, filled);
      copy(slot, bytes, filled);
      return undefined;
    },
    release: pool.release,
    fail: pool.fail,
  };
}

interface Pool {
  takeNow(): number | undefined;
  take(): Promise<number>;
  readonly release: (slot: number) => void;
  readonly fail: (error: Error) => void;
}

function createPool(): Pool {
  const free = Array.from({ length: SLOTS }, (_, slot) => slot);
  const waiting: PromiseWithResolvers<number>[] = [];
  let failure: Error | undefined;
  const wait = (): Promise<number> => {
    const waiter = Promise.withResolvers<number>();
    waiting.push(waiter);
    return waiter.promise;
  };
  return {
    takeNow: () => (failure ? undefined : free.pop()),
    async take() {
      if (failure) throw failure;
      return free.pop() ?? wait();
    },
    release(slot) {
      const next = waiting.shift();
      if (next) next.resolve(slot);
      else free.push(slot);
    },
    fail(error) {
      failure = error;
      for (const waiter of waiting.splice(0)) waiter.reject(error);
    },
  };
}
