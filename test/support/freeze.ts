import { readFile } from 'node:fs/promises';

/**
 * Stops a process and all that it has started: it keeps its connections, takes bytes, and answers nothing.
 *
 * @returns what lets them go on
 */
export async function freeze(pid: number): Promise<() => void> {
  const frozen: number[] = [];
  const stop = async (one: number): Promise<void> => {
    if (!signal(one, 'SIGSTOP')) return;
    frozen.push(one);
    for (const child of await childrenOf(one)) await stop(child);
  };
  await stop(pid);
  return () => {
    for (const one of frozen.splice(0)) signal(one, 'SIGCONT');
  };
}

/** Whoever starts others is stopped before it is asked for them, so none is missed. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return list.split(' ').filter(Boolean).map(Number);
}

/** False when it has ended meanwhile. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
}
