import { setTimeout as delay } from 'node:timers/promises';
import { execute } from './graphql.js';

const FILE = `query ($id: ID!) { file(id: $id) { state sha256 } }`;
const COUNT = `query ($states: [FileState!]) { files(first: 1, filter: { states: $states }) { totalCount } }`;
const GIVE_UP_MS = 600_000;

/**
 * Waits for the verdict over one file.
 *
 * @param pollMs - how precise the answer is
 * @returns the SHA-256 of the file
 * @throws Error for any verdict but CLEAN
 */
export async function untilClean(url: string, fileId: string, pollMs: number): Promise<string> {
  let sha256 = '';
  await until(pollMs, async () => {
    const { file } = await execute<{ file: FileView }>(url, FILE, { id: fileId });
    if (!['SCANNING', 'CLEAN'].includes(file.state)) throw new Error(`The file became ${file.state}`);
    sha256 = file.sha256 ?? '';
    return file.state === 'CLEAN';
  });
  return sha256;
}

interface FileView {
  readonly state: string;
  readonly sha256: string | null;
}

/** How many files of the tenant are in one of the states. */
export async function countFiles(url: string, states: readonly string[]): Promise<number> {
  const { files } = await execute<{ files: { totalCount: number } }>(url, COUNT, { states });
  return files.totalCount;
}

/** Waits until no file of the tenant is under way any more. */
export const untilAllDecided = (url: string): Promise<void> =>
  until(100, async () => (await countFiles(url, ['PENDING', 'RECEIVING', 'SCANNING'])) === 0);

async function until(pollMs: number, isDone: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error('What was waited for did not happen');
    await delay(pollMs);
  }
}
