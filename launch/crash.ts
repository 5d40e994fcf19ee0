import { parseArgs } from 'node:util';
import { StartError } from './start-error.js';
import { runTool } from './tool.js';

const OPTIONS = {
  runs: { type: 'string', default: '20' },
  seed: { type: 'string' },
  verbose: { type: 'boolean', default: false },
} as const;
const USAGE = 'usage: npm run crash -- [--seed NUMBER] [--runs NUMBER] [--verbose]';

/**
 * `npm run crash`: the seeded crash test of the suite, for as many runs as wished, in which Postgres, Redis
 * and clamd are killed as well. Each run has the seed after that of the run before.
 *
 * @returns 0 when every promise was kept
 * @throws StartError when the arguments are not understood
 */
export async function run(args: readonly string[]): Promise<number> {
  const { runs, seed, verbose } = read(args);
  const env = {
    LAZARET_CRASH_SERVERS: 'true',
    LAZARET_CRASH_ROUNDS: runs,
    LAZARET_CRASH_VERBOSE: String(verbose),
    ...(seed === undefined ? {} : { LAZARET_CRASH_SEED: seed }),
  };
  const options = ['run', 'test/acceptance/crash.test.ts', '--disable-console-intercept'];
  return (await runTool('vitest/vitest.mjs', options, { env })).code;
}

function read(args: readonly string[]): { runs: string; seed: string | undefined; verbose: boolean } {
  try {
    const { runs, seed, verbose } = parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
    if ([runs, seed ?? '0'].every((value) => /^\d{1,9}$/.test(value))) return { runs, seed, verbose };
  } catch (cause) {
    throw new StartError(USAGE, { cause });
  }
  throw new StartError(USAGE);
}
