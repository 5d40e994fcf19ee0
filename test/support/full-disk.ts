import { open, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createFilesystemStore } from '../../src/adapters/filesystem/filesystem-store.js';
import { createSystemClock } from '../../src/adapters/system/system-clock.js';
import type { Platform } from '../../src/compose.js';
import { composeHealth } from '../../src/compose/health.js';
import { createBreakers } from '../../src/observability/breakers.js';
import { createMetrics } from '../../src/observability/metrics.js';

/** How a store on a disk of its own was at one time. */
export interface DiskReport {
  readonly status: string;
  readonly store: unknown;
  /** The name of the error that a part got, or `taken`. */
  readonly part: string;
  /** The same without a floor of free space, until nothing more fits. */
  readonly partToTheEnd: string;
  /** Whether a copy of a mebibyte may still be sealed. */
  readonly maySeal: boolean;
  /** What was there before. */
  readonly kept: string;
  /** Names in the directory of what is not complete. */
  readonly leftovers: number;
  readonly isRemoved: boolean;
}

const MIB = 1024 * 1024;
const KEPT = { area: 'vault', key: 'kept' } as const;
const REMOVED = { area: 'vault', key: 'removed' } as const;
/** Longer than an answer of the system is used again. */
const FRESH_MS = 600;

type Store = Awaited<ReturnType<typeof createFilesystemStore>>;

async function putPart(store: Store): Promise<string> {
  const upload = await store.beginUpload('some/file');
  try {
    await store.putPart(upload, 1, MIB, Readable.from([Buffer.alloc(MIB)]));
    return 'taken';
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  } finally {
    await store.abortUpload(upload);
  }
}

/** Writes until the disk has no byte left; returns what frees them. */
async function fill(directory: string): Promise<() => Promise<void>> {
  const name = path.join(directory, 'filler');
  const file = await open(name, 'w');
  for (const size of [MIB, 4096]) {
    while (
      await file.write(Buffer.alloc(size)).then(
        ({ bytesWritten }) => bytesWritten === size,
        () => false,
      )
    );
  }
  await file.close();
  return () => rm(name);
}

/** Looks at a store on an empty disk, on a full one, and when there is room again; prints what it saw. */
async function watchDisk(directory: string): Promise<void> {
  const root = path.join(directory, 'objects');
  const clock = createSystemClock();
  const store = await createFilesystemStore({ root, clock, minFreeBytes: 8 * MIB });
  const toTheEnd = await createFilesystemStore({ root, clock });
  await store.write(KEPT, 4, Readable.from([Buffer.from('kept')]));
  const works = { check: () => Promise.resolve() };
  const breakers = createBreakers(createMetrics().breakerState);
  const look = async (): Promise<void> => {
    await clock.sleep(FRESH_MS);
    const parts = {
      database: works,
      bus: works,
      objects: store,
      breakers,
      clamds: { look: () => Promise.resolve([]) },
    };
    const { status, dependencies } = await composeHealth(parts as unknown as Platform).ready();
    const object = await store.read(KEPT);
    await store.remove(REMOVED);
    const report: DiskReport = {
      status,
      store: dependencies['object-store'],
      part: await putPart(store),
      partToTheEnd: await putPart(toTheEnd),
      maySeal: ((await store.spareBytes?.()) ?? 0) >= MIB,
      isRemoved: (await store.stat(REMOVED)) === undefined,
      kept: object ? (await buffer(object.body)).toString() : '',
      leftovers: (await readdir(path.join(root, 'tmp'), { recursive: true })).length,
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  };
  await look();
  await store.write(REMOVED, 4, Readable.from([Buffer.from('full')]));
  const free = await fill(directory);
  await look();
  await free();
  await look();
}

const directory = process.env['FULL_DISK'];
if (directory !== undefined) await watchDisk(directory);
