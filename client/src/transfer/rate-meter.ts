/** How long back the rate looks, in milliseconds. */
const WINDOW_MS = 4_000;
/** Most samples that are kept. */
const MAX_SAMPLES = 64;

/** Measures how fast something grows. */
export interface RateMeter {
  /** Notes a total; a total below the last one begins anew. Bytes per second over the last seconds. */
  note(totalBytes: number, atMs: number): number;
}

/** A meter over a sliding window. */
export function createRateMeter(): RateMeter {
  let samples: { readonly totalBytes: number; readonly atMs: number }[] = [];
  return {
    note: (totalBytes, atMs) => {
      const last = samples.at(-1);
      if (last !== undefined && totalBytes < last.totalBytes) samples = [];
      samples = [...samples, { totalBytes, atMs }].filter((sample) => atMs - sample.atMs <= WINDOW_MS);
      samples = samples.slice(-MAX_SAMPLES);
      const [first] = samples;
      if (first === undefined || atMs <= first.atMs) return 0;
      return ((totalBytes - first.totalBytes) * 1000) / (atMs - first.atMs);
    },
  };
}
