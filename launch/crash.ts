import { runTool } from './tool.js';

/**
 * `npm run crash -- ROUNDS [SEED]`: the seeded crash test of the suite, for as many rounds as wished.
 *
 * @returns 0 when every invariant held
 */
export async function run([rounds = '20', seed]: readonly string[]): Promise<number> {
  const env = {
    LAZARET_CRASH_ROUNDS: rounds,
    ...(seed === undefined ? {} : { LAZARET_CRASH_SEED: seed }),
  };
  return (await runTool('vitest/vitest.mjs', ['run', 'test/acceptance/crash'], { env })).code;
}
