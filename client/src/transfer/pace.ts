/** How many parts are sent at a time, and how fast that is. */
export interface Pace {
  /** Parts that may be under way now. */
  readonly limit: () => number;
  /** Notes that a part has arrived. */
  readonly arrived: (bytes: number) => void;
  /** Notes that a connection broke, or that the service asked for less. */
  readonly congested: () => void;
  /** Bytes per second over the last window, all connections together; `undefined` before there is one. */
  readonly rate: () => number | undefined;
}

/** What a pace is made of. */
export interface PaceOptions {
  readonly maxParallel: number;
  /** Monotonic, in milliseconds. @default performance.now */
  readonly now?: () => number;
}

const START_PARALLEL = 3;
/** One more connection is worth it when it brings so much more. */
const WORTHWHILE = 1.08;
/** Windows that pass before one more is tried again. */
const SETTLED_WINDOWS = 6;

/**
 * Finds how many connections bring the most: one more as long as that pays, back when it does not, half as
 * many when something breaks. Now and then it tries again, because networks change.
 */
export function createPace({ maxParallel, now = () => performance.now() }: PaceOptions): Pace {
  let limit = Math.min(START_PARALLEL, maxParallel);
  let best = { limit, rate: 0 };
  let settled = 0;
  let rate: number | undefined;
  let window = emptyWindow(now());

  function judge(measured: number): void {
    const isWorthwhile = measured > best.rate * WORTHWHILE;
    if (!isWorthwhile) limit = best.limit;
    settled = isWorthwhile ? SETTLED_WINDOWS : settled + 1;
    if (settled < SETTLED_WINDOWS) return;
    best = { limit, rate: measured };
    limit = Math.min(limit + 1, maxParallel);
    settled = 0;
  }

  return {
    limit: () => limit,
    arrived: (bytes) => {
      window = { ...window, bytes: window.bytes + bytes, parts: window.parts + 1 };
      if (window.parts < limit) return;
      const elapsedMs = now() - window.beganMs;
      if (elapsedMs > 0) {
        rate = (window.bytes * 1000) / elapsedMs;
        judge(rate);
      }
      window = emptyWindow(now());
    },
    congested: () => {
      limit = Math.max(1, Math.floor(limit / 2));
      best = { limit, rate: 0 };
      settled = 0;
      window = emptyWindow(now());
    },
    rate: () => rate,
  };
}

const emptyWindow = (
  beganMs: number,
): { readonly beganMs: number; readonly bytes: number; readonly parts: number } => ({
  beganMs,
  bytes: 0,
  parts: 0,
});
