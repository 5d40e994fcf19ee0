import { readOptions } from '../../cli/options.js';
import { runCommand } from '../../cli/run-command.js';

/** What a run of the upload command said, line by line, and how it ended. */
export interface CommandRun {
  readonly exitCode: number;
  readonly results: string[];
  readonly errors: string[];
}

/** Runs the upload command in this process, without a terminal. */
export async function runInProcess(
  url: string,
  args: readonly string[],
  signal = new AbortController().signal,
): Promise<CommandRun> {
  const results: string[] = [];
  const errors: string[] = [];
  const output = {
    result: (line: string) => results.push(line),
    error: (line: string) => errors.push(line),
    terminal: undefined,
  };
  const options = readOptions(['--url', url, '--live', 'sse', ...args], {});
  return { exitCode: await runCommand(options, output, signal), results, errors };
}
