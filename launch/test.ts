import { run as check } from './check.js';
import { installForTests, runTests } from './run-tests.js';

/**
 * `npm test`: installs what the tests need, checks the code, runs every test against real services.
 *
 * @param args - go to vitest; with any, the code is not checked: somebody works on one test
 * @returns 0 when everything is as it should be
 */
export async function run(args: readonly string[]): Promise<number> {
  await installForTests();
  const checked = args.some(
    (argument) => !argument.startsWith('--reporter') && !argument.startsWith('--outputFile'),
  )
    ? 0
    : await check();
  return Math.max(checked, await runTests(args));
}
