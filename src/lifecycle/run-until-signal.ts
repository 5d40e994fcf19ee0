import type { Lifecycle } from '../lifecycle.js';
import type { Logger } from '../observability/logger.js';

/** The part of `process` that is listened to. */
export type Host = Pick<NodeJS.Process, 'on' | 'exit' | 'connected'>;

/** Why a process ends. */
interface Reason {
  readonly why: string;
  readonly exitCode: number;
}

/**
 * Starts a process and keeps it until it is told to end, then stops everything and exits: 0 after SIGTERM,
 * SIGINT or the end of the supervisor that holds its IPC channel, 1 after a failed start or an error that
 * nobody caught. Further signals change nothing: the end of each part has its own time limit.
 *
 * @param host - for tests; @default process
 */
export async function runUntilSignal(
  lifecycle: Lifecycle,
  logger: Logger,
  host: Host = process,
): Promise<void> {
  const told = Promise.withResolvers<Reason>();
  listen(host, logger, told.resolve);
  lifecycle.start().catch((err: unknown) => {
    told.resolve({ why: 'start failed', exitCode: 1 });
    logger.fatal({ err }, 'start failed');
  });
  const { why, exitCode } = await told.promise;
  logger.info({ why }, 'stopping');
  await lifecycle.stop();
  host.exit(exitCode);
}

function listen(host: Host, logger: Logger, tell: (reason: Reason) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    host.on(signal, () => {
      tell({ why: signal, exitCode: 0 });
    });
  }
  // Who started us with an IPC channel and is gone cannot stop us any more.
  if (host.connected) {
    host.on('disconnect', () => {
      tell({ why: 'the supervisor is gone', exitCode: 0 });
    });
  }
  for (const why of ['uncaughtException', 'unhandledRejection'] as const) {
    host.on(why, (err: unknown) => {
      logger.fatal({ err }, why);
      tell({ why, exitCode: 1 });
    });
  }
}
