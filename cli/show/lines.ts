import { isEnded } from '../../client/src/upload-snapshot.js';
import type { Display } from './display.js';
import { createRateMeter } from '../../client/src/transfer/rate-meter.js';
import { stageOf } from './stage.js';
import { formatBytes, plainText } from './units.js';

/** Least time between two lines of the same file and stage, in milliseconds. */
const INTERVAL_MS = 2_000;

/** One line for each change of stage, and now and then one in between: for logs and pipes. */
export const createLines = (write: (line: string) => void, now: () => number = Date.now): Display => ({
  ownsTerminal: false,
  open: (name, sizeBytes) => {
    const meter = createRateMeter();
    let last = { label: '', atMs: -Infinity };
    return {
      update: (progress) => {
        const { label, doneBytes } = stageOf(progress);
        const atMs = now();
        const rate = meter.note(doneBytes, atMs);
        if (label === last.label && atMs - last.atMs < INTERVAL_MS) return;
        last = { label, atMs };
        const speed = rate > 0 && !isEnded(progress.stage) ? `, ${formatBytes(rate)}/s` : '';
        write(`${plainText(name)}: ${label}, ${formatBytes(doneBytes)} of ${formatBytes(sizeBytes)}${speed}`);
      },
      end: () => undefined,
    };
  },
  close: () => undefined,
});
