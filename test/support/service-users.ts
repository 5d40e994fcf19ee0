import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PREFIX = 'used-by-';
const PATIENCE_MS = 45_000;
const POLL_MS = 50;

/**
 * Notes that this test worker uses the servers of the run until it has ended. Vitest takes them down without waiting for
 * its workers, and what these do last would find no server.
 *
 * @param directory - of the servers
 * @returns what takes the note back
 */
export async function noteUse(directory: string): Promise<() => Promise<void>> {
  const note = path.join(directory, `${PREFIX}${process.pid}`);
  await writeFile(note, '');
  return () => rm(note);
}

/** Waits until no worker uses the servers any more; not for ever, as one may have been killed. */
export async function untilUnused(directory: string): Promise<void> {
  const isUsed = async (): Promise<boolean> =>
    (await readdir(directory)).some((name) => name.startsWith(PREFIX));
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until && (await isUsed())) await sleep(POLL_MS);
}
