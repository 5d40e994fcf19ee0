import { readFile } from 'node:fs/promises';
import { isGoneWithin, pidOf } from '../process-identity.js';

const KILL_PATIENCE_MS = 5_000;

/** How a process is ended, also by the run after the one that started it. */
export interface Leftover {
  /** Names the process between runs, so that the next start ends one that outlived us. */
  readonly pidFile: string;
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutMs: number;
}

/** Ends the process of an earlier run that was killed before it could clean up. */
export async function endLeftover({ pidFile, stopSignal, stopTimeoutMs }: Leftover): Promise<void> {
  const identity = await readFile(pidFile, 'utf8').catch(() => '');
  if (!send(identity, stopSignal) || (await isGoneWithin(identity, stopTimeoutMs))) return;
  if (send(identity, 'SIGKILL')) await isGoneWithin(identity, KILL_PATIENCE_MS);
}

/** @returns false when there is no such process, as when it has ended this very moment */
function send(identity: string, signal: NodeJS.Signals): boolean {
  const pid = pidOf(identity);
  if (pid === null) return false;
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
