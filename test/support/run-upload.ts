import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How a run of the upload command ended. */
export interface UploadRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const BOOTSTRAP = new URL('../../launch/bootstrap.mjs', import.meta.url).pathname;

/**
 * Runs `npm run upload -- ARGS` against a product, without npm in between.
 *
 * @param env - what npm would set. @default nothing
 */
export async function runUpload(
  url: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<UploadRun> {
  const child = spawn(process.execPath, [BOOTSTRAP, 'upload', ...args], {
    env: { ...process.env, LAZARET_URL: url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exitCode, stdout, stderr };
}
