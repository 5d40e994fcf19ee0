import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Spool } from '../../ports/spool.js';
import { createEarlySync, type EarlySync } from './early-sync.js';
import { publishPart, stageObject, type Disk } from './multipart.js';
import { whileThere } from './presence.js';
import { boundSpool, type Backing, type SpoolLimits } from './spool-file.js';
import { guard } from './store-error.js';

const FILE_MODE = 0o600;

/**
 * A spool in the scratch directory of the store: what arrives there becomes a part by getting its name, so that every
 * byte is written once. The names of its files tell whose they are, and those of a process that died are swept.
 */
export function createStoreSpool(disk: Disk, limits: SpoolLimits = {}): Spool {
  const openFile = boundSpool(limits);
  return {
    open: (observe) =>
      openFile(async () => {
        await guard(disk.room.require);
        return scratchFile(disk);
      }, observe),
  };
}

function scratchFile(disk: Disk): Backing {
  const scratch = createScratchFile(disk);
  return {
    handle: async () => (await scratch.current()).handle,
    wrote: (bytes) => scratch.wrote(bytes),
    close: async () => scratch.close(),
    give: {
      asPart: (sizeBytes, upload, partNumber) =>
        whileThere(disk.layout, async () =>
          publishPart(disk, upload, partNumber, await scratch.detach(sizeBytes)),
        ),
      asObject: (sizeBytes, key) =>
        stageObject(disk, key, async (upload) =>
          publishPart(disk, upload, 1, await scratch.detach(sizeBytes)),
        ),
    },
  };
}

interface Opened {
  readonly path: string;
  readonly handle: FileHandle;
  readonly sync: EarlySync;
}

interface ScratchFile {
  /** Made where there is none. */
  current(): Promise<Opened>;
  /** Is told of bytes that were written to it. */
  wrote(bytes: number): void;
  /** The path of the file, made durable; it is the caller's to name or to remove. */
  detach(sizeBytes: number): Promise<string>;
  close(): Promise<void>;
}

function createScratchFile({ layout, scratch, room }: Disk): ScratchFile {
  let opening: Promise<Opened> | undefined;
  let sync: EarlySync | undefined;
  const make = async (): Promise<Opened> => {
    await room.require();
    const path = scratch.path();
    const handle = await whileThere(layout, () => open(path, 'wx+', FILE_MODE));
    sync = createEarlySync(handle);
    return { path, handle, sync };
  };
  const current = (): Promise<Opened> =>
    (opening ??= make().catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
  return {
    current,
    wrote: (bytes) => sync?.wrote(bytes),
    detach: async (sizeBytes) => {
      const opened = await current();
      opening = undefined;
      return makeDurable(opened, sizeBytes);
    },
    close: async () => {
      const opened = await opening;
      opening = undefined;
      if (!opened) return;
      await opened.sync.settle();
      await opened.handle.close();
      await rm(opened.path, { force: true });
    },
  };
}

async function makeDurable({ path, handle, sync }: Opened, sizeBytes: number): Promise<string> {
  try {
    // It may have held more before.
    await handle.truncate(sizeBytes);
    await sync.finish();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return path;
}
