import { run as check } from './check.js';
import { runTests } from './run-tests.js';

/**
 * `npm test`: checks the code, installs what the tests need, runs every test against real services.
 *
 * @param args - go to vitest; with any, the code is not checked: somebody works on one test
 * @returns 0 when everything is as it should be
 */
export async function run(args: readonly string[]): Promise<number> {
  const checked = args.some(
    (argument) => !argument.startsWith('--reporter') && !argument.startsWith('--outputFile'),
  )
    ? 0
    : await check();
  return Math.max(checked, await runTests(args));
}
