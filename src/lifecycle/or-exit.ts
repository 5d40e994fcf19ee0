import type { Logger } from '../observability/logger.js';

/**
 * Waits for what a process is made of. When that fails, it ends with the reason in its log: nothing has been
 * started yet that had to be stopped.
 *
 * @param host - for tests; @default process
 */
export async function orExit<T>(
  made: Promise<T>,
  logger: Logger,
  host: Pick<NodeJS.Process, 'exit'> = process,
): Promise<T> {
  try {
    return await made;
  } catch (err) {
    logger.fatal({ err }, 'start failed');
    return host.exit(1);
  }
}
