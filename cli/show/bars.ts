import { MultiBar } from 'cli-progress';
import type { Display } from './display.js';
import { createRateMeter } from '../../client/src/transfer/rate-meter.js';
import { stageOf } from './stage.js';
import { fitName, formatBytes, formatEta } from './units.js';

const NAME_COLUMNS = 24;
const FORMAT = '{name} [{bar}] {percentage}% {amount} {rate} {eta_text} {label}';

/** One progress bar for each file, on a terminal. */
export function createBars(stream: NodeJS.WriteStream): Display {
  const bars = new MultiBar({
    format: FORMAT,
    stream,
    barsize: 24,
    fps: 10,
    hideCursor: true,
    linewrap: false,
    autopadding: true,
    clearOnComplete: false,
    gracefulExit: false,
    emptyOnZero: true,
  });

  return {
    ownsTerminal: true,
    open: (name, sizeBytes) => {
      const meter = createRateMeter();
      // A bar without a length cannot be full: a file of zero bytes gets a length of one.
      const total = Math.max(1, sizeBytes);
      const fixed = { name: fitName(name, NAME_COLUMNS), amount: formatBytes(sizeBytes).padStart(9) };
      const bar = bars.create(total, 0, { ...fixed, rate: '', eta_text: '', label: 'preparing' });
      return {
        update: (progress) => {
          const { label, doneBytes } = stageOf(progress);
          const rate = meter.note(doneBytes, Date.now());
          const eta = formatEta((sizeBytes - doneBytes) / rate);
          const speed =
            rate > 0
              ? { rate: `${formatBytes(rate)}/s`, eta_text: `eta ${eta}` }
              : { rate: '', eta_text: '' };
          bar.update(Math.min(doneBytes, total), { ...fixed, ...speed, label });
        },
        end: (ending) => {
          bar.update(total, { ...fixed, rate: '', eta_text: '', label: ending });
          bar.stop();
        },
      };
    },
    close: () => bars.stop(),
  };
}
