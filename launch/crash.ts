import { parseArgs } from 'node:util';
import { runTests } from './run-tests.js';
import { StartError } from './start-error.js';

const OPTIONS = {
  runs: { type: 'string', default: '20' },
  seed: { type: 'string' },
  store: { type: 'string', default: 'filesystem' },
  seconds: { type: 'string', default: '10' },
  verbose: { type: 'boolean', default: false },
} as const;
const USAGE =
  'usage: npm run crash -- [--seed NUMBER] [--runs NUMBER] [--seconds NUMBER] [--store filesystem|s3] [--verbose]';

/**
 * `npm run crash`: the seeded crash test of the suite, for as many runs as wished, in which Postgres, clamd
 * and an S3 store are killed as well. Each run has the seed after that of the run before, and as many seconds of
 * accidents as wished: a short one ends sooner, a long one meets more of what comes late.
 *
 * @returns 0 when every promise was kept
 * @throws StartError when the arguments are not understood
 */
export async function run(args: readonly string[]): Promise<number> {
  const { runs, seed, store, seconds, verbose } = read(args);
  const env = {
    LAZARET_CRASH_SERVERS: 'true',
    LAZARET_CRASH_ROUNDS: runs,
    LAZARET_CRASH_STORE: store,
    LAZARET_CRASH_SECONDS: seconds,
    LAZARET_CRASH_VERBOSE: String(verbose),
    ...(seed === undefined ? {} : { LAZARET_CRASH_SEED: seed }),
  };
  const options = ['test/acceptance/crash.test.ts', '--disable-console-intercept'];
  return runTests(options, env);
}

interface Wish {
  readonly runs: string;
  readonly seed: string | undefined;
  readonly store: string;
  readonly seconds: string;
  readonly verbose: boolean;
}

function read(args: readonly string[]): Wish {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
    const { runs, seed, store, seconds, verbose } = values;
    const areNumbers = [runs, seed ?? '0'].every((value) => /^\d{1,9}$/.test(value));
    const isSpan = /^[1-9]\d{0,2}$/.test(seconds);
    if (areNumbers && isSpan && ['filesystem', 's3'].includes(store)) {
      return { runs, seed, store, seconds, verbose };
    }
  } catch (cause) {
    throw new StartError(USAGE, { cause });
  }
  throw new StartError(USAGE);
}
