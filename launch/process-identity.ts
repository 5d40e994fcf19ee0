import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;
const START_TIME_FIELD = 19;

/**
 * What tells a process from a later one with the same number: the number and the moment it began.
 *
 * @returns null when there is no such process
 */
export function identityOf(pid: number): string | null {
  try {
    // The name in brackets may hold anything; the fields are counted from its end.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? null : `${pid} ${fields[START_TIME_FIELD] ?? ''}`;
  } catch {
    return null;
  }
}

/** The process that an identity speaks of, while it lives. */
export function pidOf(identity: string): number | null {
  const pid = Number.parseInt(identity, 10);
  return pid > 1 && identityOf(pid) === identity.trim() ? pid : null;
}

/** Whether the process was gone in time. */
export async function isGoneWithin(identity: string, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (pidOf(identity) !== null) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}
