import { runTool } from './tool.js';

/**
 * `npm run db:generate`: writes the migration from the last one to the tables of db/schema.
 *
 * @param args - go to drizzle-kit, e.g. `--name add-holds`
 */
export async function run(args: readonly string[]): Promise<number> {
  return (await runTool('drizzle-kit/bin.cjs', ['generate', ...args])).code;
}
