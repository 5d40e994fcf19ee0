import { CommanderError } from 'commander';
import { enterCallersDirectory } from './callers-directory.js';
import { readOptions } from './options.js';
import { processOutput } from './output.js';
import { runCommand } from './run-command.js';

/**
 * `npm run upload -- PATH...`
 *
 * @param args - the command line without the program's name
 * @returns the exit code
 */
export async function run(args: readonly string[]): Promise<number> {
  enterCallersDirectory('upload', process.env);
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  // The first Ctrl-C ends in order and says how to go on; the second one finds nobody to ask and ends at once.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, stop);
  // Whoever reads may stop reading, as `head` does: then there is nobody to tell.
  process.stdout.on('error', stop);
  try {
    return await runCommand(readOptions(args, process.env), processOutput(), interrupt.signal);
  } catch (error) {
    // Help was shown, or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}
