import { chmod, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../ports/clock.js';
import type { Spool } from '../../ports/spool.js';
import { DIRECTORY_MODE, listNames, removeFile } from './directories.js';
import { writeFully } from './new-file.js';
import { createRoom } from './room.js';
import { uniqueId } from './scratch.js';
import { boundSpool, type Backing, type SpoolLimits } from './spool-file.js';
import { guard } from './store-error.js';

/** Where the upload directory is, and how much it takes. */
export interface UploadSpoolOptions extends SpoolLimits {
  /** Absolute path; made with mode 0700. */
  readonly root: string;
  /** Below this the disk takes no new file. @default 0 */
  readonly minFreeBytes?: number;
  readonly clock: Clock;
}

const FILE_MODE = 0o600;

/**
 * Opens the upload directory and empties it. A file loses its name as soon as it is open, so that the bytes go
 * with the process that holds them, however that ends.
 *
 * @throws TransientError, PermanentError when the directory cannot be used
 */
export async function createUploadSpool(options: UploadSpoolOptions): Promise<Spool> {
  const { root } = options;
  const room = createRoom(root, options.minFreeBytes ?? 0, options.clock);
  await guard(async () => {
    await mkdir(root, { recursive: true, mode: DIRECTORY_MODE });
    await chmod(root, DIRECTORY_MODE);
    // A process can only have died between the two calls that make a file and take its name.
    for (const name of await listNames(root)) await removeFile(path.join(root, name));
  });
  const openFile = boundSpool(options);
  return {
    open: (observe) =>
      openFile(async () => {
        await guard(room.require);
        return guard(() => openNameless(root));
      }, observe),
  };
}

async function openNameless(root: string): Promise<Backing> {
  const file = path.join(root, uniqueId());
  const handle = await open(file, 'wx+', FILE_MODE);
  await removeFile(file);
  return {
    handle: () => Promise.resolve(handle),
    write: (chunks, position) => writeFully(handle, chunks, position),
    close: () => handle.close(),
  };
}
