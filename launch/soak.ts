import { parseArgs } from 'node:util';
import { runTests } from './run-tests.js';
import { StartError } from './start-error.js';

const OPTIONS = {
  clients: { type: 'string', default: '1000' },
  rounds: { type: 'string', default: '10' },
} as const;
const USAGE = 'usage: npm run soak -- [--clients NUMBER] [--rounds NUMBER]';

/**
 * `npm run soak`: the test of the suite in which slow clients come and vanish, with as many of them and as often as
 * wished. What they leave behind in memory is told after each round.
 *
 * @returns 0 when nobody else was hurt and nothing was left behind
 * @throws StartError when the arguments are not understood
 */
export async function run(args: readonly string[]): Promise<number> {
  const { clients, rounds } = read(args);
  const env = { LAZARET_SLOW_CLIENTS: clients, LAZARET_SLOW_ROUNDS: rounds };
  const options = [
    'test/acceptance/overload.test.ts',
    '--disable-console-intercept',
    '--testNamePattern',
    'one byte a second',
  ];
  return runTests(options, env);
}

function read(args: readonly string[]): { clients: string; rounds: string } {
  try {
    const { clients, rounds } = parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
    if ([clients, rounds].every((value) => /^[1-9]\d{0,4}$/.test(value))) return { clients, rounds };
  } catch (cause) {
    throw new StartError(USAGE, { cause });
  }
  throw new StartError(USAGE);
}
