import { run as check } from './check.js';
import { installTestPackages, runTests } from './run-tests.js';
import { together } from './together.js';

/**
 * `npm test`: checks the code while it installs what the tests need, then runs every test against real services.
 *
 * @param args - go to vitest; with any, the code is not checked: somebody works on one test
 * @returns 0 when everything is as it should be
 */
export async function run(args: readonly string[]): Promise<number> {
  const isPart = args.some(
    (argument) => !argument.startsWith('--reporter') && !argument.startsWith('--outputFile'),
  );
  // What is installed is fetched and unpacked, which leaves the processors to the checks.
  const [checked] = await together(
    [isPart ? Promise.resolve(0) : check(), installTestPackages()],
    () => undefined,
  );
  return Math.max(checked, await runTests(args));
}
