import type { WireCount } from './wire.js';

/** Where a run stands. */
export interface Standing extends WireCount {
  readonly wanted: number;
  readonly files: number;
  readonly violations: number;
}

const EVERY_MS = 5_000;
const MIB = 1024 * 1024;

/** Says every few seconds how far a run is, how fast, what was found so far and how much memory it takes. */
export function reportProgress(note: (line: string) => void, stand: () => Standing): { stop(): void } {
  let before = 0;
  const timer = setInterval(() => {
    const { sent, wanted, files, broken, unavailable, violations } = stand();
    const rate = ((sent - before) * 1_000) / EVERY_MS;
    before = sent;
    const memory = Math.round(process.memoryUsage().rss / MIB);
    note(
      `${sent} of ${wanted} requests (${rate.toFixed(0)} a second), ${files} files, ${broken} broken, ` +
        `${unavailable} unavailable, ${violations} violations, ${memory} MiB`,
    );
  }, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
