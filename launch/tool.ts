import { spawn } from 'node:child_process';
import path from 'node:path';

/** Of the repository. */
export const ROOT = path.resolve(import.meta.dirname, '../..');

/** How a program ended, and what it said when it was to be quiet. */
export interface ToolResult {
  readonly code: number;
  readonly output: string;
}

/**
 * Runs the program of a package under this Node, in the root of the repository.
 *
 * @param bin - path of the program below node_modules
 * @param options - quiet: keep what it says instead of showing it; env: on top of ours
 */
export function runTool(
  bin: string,
  args: readonly string[],
  options: { readonly isQuiet?: boolean; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<ToolResult> {
  const stdio = options.isQuiet === true ? 'pipe' : 'inherit';
  const child = spawn(process.execPath, [path.join(ROOT, 'node_modules', bin), ...args], {
    cwd: ROOT,
    // Programs that start Node themselves must find this one.
    env: {
      ...process.env,
      PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      ...options.env,
    },
    stdio: ['ignore', stdio, stdio],
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const passOn = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      for (const signal of signals) process.off(signal, passOn);
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}
