import { createRateMeter } from './transfer/rate-meter.js';
import { NEW_SNAPSHOT, type UploadSnapshot } from './upload-snapshot.js';

/** The snapshot of one upload and those who look at it. */
export interface UploadState {
  readonly snapshot: () => UploadSnapshot;
  /** Tells at once. */
  readonly change: (changes: Partial<UploadSnapshot>) => void;
  /** Notes bytes of a part that have left; tells at most ten times a second. */
  readonly sent: (partNumber: number, sentBytes: number) => void;
  /** Notes which bytes are there for certain, and forgets the parts under way. */
  readonly restart: (arrivedBytes: number) => void;
  /** Notes that a part is there for certain. */
  readonly arrived: (partNumber: number, sizeBytes: number) => void;
  /** Calls the listener at every change; answers what ends that. */
  readonly subscribe: (listener: (snapshot: UploadSnapshot) => void) => () => void;
}

/** Least time between two tellings of bytes, in milliseconds. */
const TELL_EVERY_MS = 100;

/** Makes the state of a new upload. */
export function createUploadState(now: () => number = () => performance.now()): UploadState {
  const listeners = new Set<(snapshot: UploadSnapshot) => void>();
  const underWay = new Map<number, number>();
  const meter = createRateMeter();
  let [current, arrivedBytes, toldMs] = [NEW_SNAPSHOT, 0, -Infinity];

  const change = (changes: Partial<UploadSnapshot>): void => {
    current = { ...current, ...changes };
    toldMs = now();
    for (const listener of listeners) listener(current);
  };
  const count = (isTellingNow: boolean): void => {
    const sentBytes = sumOf(underWay.values(), arrivedBytes);
    const bytesPerSecond = meter.note(sentBytes, now());
    if (isTellingNow || now() - toldMs >= TELL_EVERY_MS) change({ sentBytes, bytesPerSecond });
  };

  return {
    snapshot: () => current,
    change,
    sent: (partNumber, sentBytes) => {
      underWay.set(partNumber, sentBytes);
      count(false);
    },
    restart: (bytes) => {
      underWay.clear();
      arrivedBytes = bytes;
      count(true);
    },
    arrived: (partNumber, sizeBytes) => {
      underWay.delete(partNumber);
      arrivedBytes += sizeBytes;
      if (current.problem) change({ problem: undefined });
      count(true);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const sumOf = (numbers: Iterable<number>, first: number): number => {
  let sum = first;
  for (const number of numbers) sum += number;
  return sum;
};
