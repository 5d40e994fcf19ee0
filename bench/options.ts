import { parseArgs } from 'node:util';

/** What a run was asked for. */
export interface BenchOptions {
  /** Scenarios to run; all when empty. */
  readonly only: readonly string[];
  /** Size of the large upload. */
  readonly uploadMib: number;
  /** Size of the file that is scanned. */
  readonly scanMib: number;
  /** How long things without a natural end are measured. */
  readonly seconds: number;
  /** How often product and baseline take turns; the median counts. */
  readonly rounds: number;
  /** Small files of one measurement. */
  readonly files: number;
  /** Keeps the temporary data directory for a look at its logs. */
  readonly keepsData: boolean;
}

/** What is printed for `--help`. */
export const BENCH_HELP = `
  npm run bench -- [options]

  Starts the product on free ports with a temporary data directory, measures it beside a baseline in the same
  run, prints tables, writes bench-results/<time>.json and removes everything else it has made.

    --only NAME      upload, forms, tus, tus-client, scan, small, latency, fairness, recovery,
                     tokens or memory; may be repeated
    --mib N          size of the large upload (1024); the scanned file has half of it
    --files N        small files of one measurement (1000)
    --rounds N       how often product and baseline take turns (3)
    --seconds N      how long tokens are verified (3)
    --keep           keeps the data directory, and says where it is
    --help
`;

/** The names that `--only` takes, in the order in which they run. */
export const SCENARIOS = [
  'tokens',
  'latency',
  'small',
  'upload',
  'forms',
  'tus',
  'tus-client',
  'scan',
  'fairness',
  'recovery',
  'memory',
] as const;

/**
 * Reads the command line.
 *
 * @returns null when help was asked for
 * @throws TypeError that says what is wrong
 */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      mib: { type: 'string', default: '1024' },
      files: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '3' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const unknown = values.only.find((name) => !(SCENARIOS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`There is no scenario "${unknown}": ${SCENARIOS.join(', ')}.`);
  }
  const uploadMib = positive('mib', values.mib);
  return {
    only: values.only,
    uploadMib,
    scanMib: Math.max(1, Math.round(uploadMib / 2)),
    seconds: positive('seconds', values.seconds),
    rounds: positive('rounds', values.rounds),
    files: positive('files', values.files),
    keepsData: values.keep,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new TypeError(`--${name} must be a whole number above zero, not "${text}".`);
}
