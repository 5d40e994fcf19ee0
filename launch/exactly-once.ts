import { parseArgs } from 'node:util';
import { runTests } from './run-tests.js';
import { StartError } from './start-error.js';

const OPTIONS = {
  requests: { type: 'string', default: '100000' },
  seed: { type: 'string' },
} as const;
const USAGE = 'usage: npm run exactly-once -- [--requests NUMBER] [--seed NUMBER]';

/**
 * `npm run exactly-once`: the test of the suite that repeats, reorders and breaks requests over all protocols, with
 * as many requests as wished.
 *
 * @returns 0 when each had exactly one effect
 * @throws StartError when the arguments are not understood
 */
export async function run(args: readonly string[]): Promise<number> {
  const { requests, seed } = read(args);
  const env = {
    LAZARET_EXACTLY_ONCE_REQUESTS: requests,
    ...(seed === undefined ? {} : { LAZARET_EXACTLY_ONCE_SEED: seed }),
  };
  const options = ['test/acceptance/exactly-once.test.ts', '--disable-console-intercept'];
  return runTests(options, env);
}

function read(args: readonly string[]): { requests: string; seed: string | undefined } {
  try {
    const { requests, seed } = parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
    if ([requests, seed ?? '0'].every((value) => /^\d{1,9}$/.test(value))) return { requests, seed };
  } catch (cause) {
    throw new StartError(USAGE, { cause });
  }
  throw new StartError(USAGE);
}
