import { downloadFile } from './download-file.js';
import { worstExitCode, type Ending } from './exit-codes.js';
import type { Options } from './options.js';
import type { Output } from './output.js';
import { createSession, type Session } from './session.js';
import { errorText } from './show/error-text.js';
import { uploadFiles } from './upload-files.js';
import { watchEvents } from './watch-events.js';

/**
 * Does what the command line asks for. Never throws.
 *
 * @returns the exit code
 */
export async function runCommand(options: Options, output: Output, signal: AbortSignal): Promise<number> {
  const session = createSession(options);
  try {
    return worstExitCode(await perform(session, options, output, signal));
  } catch (error) {
    if (signal.aborted) return worstExitCode([options.watch ? 'CLEAN' : 'INTERRUPTED']);
    output.error(errorText(error));
    return worstExitCode(['ERROR']);
  } finally {
    await session.close();
  }
}

async function perform(
  session: Session,
  options: Options,
  output: Output,
  signal: AbortSignal,
): Promise<readonly Ending[]> {
  if (options.watch) await watchEvents(session, options.json, output, signal);
  else if (options.download !== undefined) {
    await downloadFile(session, options.download, options.output, output, signal);
  } else return uploadFiles(session, options, output, signal);
  return [];
}
