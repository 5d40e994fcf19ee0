import type { Spool } from '../../ports/spool.js';
import { removeFile } from './directories.js';
import type { Disk } from './disk.js';
import { publishPart, requireOpen, stageObject } from './multipart.js';
import { bytesOf, createNewFile, type NewFile } from './new-file.js';
import { whileThere } from './presence.js';
import { boundSpool, type Backing, type SpoolLimits } from './spool-file.js';
import { guard } from './store-error.js';

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
    handle: async () => (await scratch.current()).file.handle,
    write: async (chunks, position) => {
      const opened = await scratch.current();
      opened.endBytes = Math.max(opened.endBytes, position + bytesOf(chunks));
      await opened.file.write(chunks, position);
    },
    close: () => scratch.close(),
    give: {
      requireOpen: (upload) => whileThere(disk.layout, () => requireOpen(disk, upload)),
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
  readonly file: NewFile;
  /** It is no longer than this. */
  endBytes: number;
}

interface ScratchFile {
  /** Made where there is none. */
  current(): Promise<Opened>;
  /** The path of the file, made durable; it is the caller's to name or to remove. */
  detach(sizeBytes: number): Promise<string>;
  close(): Promise<void>;
}

function createScratchFile({ layout, scratch, room }: Disk): ScratchFile {
  let opening: Promise<Opened> | undefined;
  const make = async (): Promise<Opened> => {
    await room.require();
    const path = scratch.path();
    return { path, file: await whileThere(layout, () => createNewFile(path)), endBytes: 0 };
  };
  const current = (): Promise<Opened> =>
    (opening ??= make().catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
  return {
    current,
    detach: async (sizeBytes) => {
      const opened = await current();
      opening = undefined;
      return makeDurable(opened, sizeBytes);
    },
    close: async () => {
      const opened = await opening;
      opening = undefined;
      if (!opened) return;
      await opened.file.close();
      await removeFile(opened.path);
    },
  };
}

async function makeDurable({ path, file, endBytes }: Opened, sizeBytes: number): Promise<string> {
  try {
    // It may have held more before.
    if (endBytes > sizeBytes) await file.handle.truncate(sizeBytes);
    await file.sync();
  } catch (error) {
    await removeFile(path);
    throw error;
  } finally {
    await file.close();
  }
  return path;
}
