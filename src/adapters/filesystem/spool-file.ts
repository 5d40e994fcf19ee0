import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { TransientError } from '../../domain/errors.js';
import type { OpenUpload, StoredPart } from '../../ports/object-store.js';
import type { GiveAway, Observe, SpoolFile } from '../../ports/spool.js';
import { createGatherMemory, type GatherMemory } from './gather-memory.js';
import { guard } from './store-error.js';
import { createWriteBehind, type WriteBehind } from './write-behind.js';

/** How much all files of a spool take together. */
export interface SpoolLimits {
  /** @default 4 GiB */
  readonly maxBytes?: number;
  /** @default 4096 */
  readonly maxFiles?: number;
}

/** The file behind a spool file. */
export interface Backing {
  /** For reading; opens it where there is none. */
  handle(): Promise<Pick<FileHandle, 'read'>>;
  /** Writes chunks one behind the other, and opens the file where there is none. */
  write(chunks: readonly Uint8Array[], position: number): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
  /** Gives the file to the store, of which so many bytes count; there is none afterwards. */
  readonly give?: Pick<GiveAway, 'requireOpen'> & {
    asPart(sizeBytes: number, upload: OpenUpload, partNumber: number): Promise<StoredPart>;
    asObject(sizeBytes: number, key: string): Promise<void>;
  };
}

/** Opens the files of one spool. */
export type OpenSpoolFile = (open: () => Promise<Backing>, observe?: Observe) => Promise<SpoolFile>;

const DEFAULT_MAX_BYTES = 4 * 1024 ** 3;
const DEFAULT_MAX_FILES = 4_096;
const READ_BYTES = 256 * 1024;

/** Makes what opens the files of one spool and bounds them together. */
export function boundSpool(limits: SpoolLimits): OpenSpoolFile {
  const { maxBytes = DEFAULT_MAX_BYTES, maxFiles = DEFAULT_MAX_FILES } = limits;
  const usage = { bytes: 0, files: 0 };
  const memory = createGatherMemory();
  return async (open, observe) => {
    if (usage.files >= maxFiles) throw full('files');
    usage.files += 1;
    try {
      const backing = await open();
      return spoolFile(backing, writeBehindTo(backing, memory, observe), usage, maxBytes);
    } catch (error) {
      usage.files -= 1;
      throw error;
    }
  };
}

interface Usage {
  bytes: number;
  files: number;
}

/** Whoever observes sees the bytes while they are written. */
function writeBehindTo(backing: Backing, memory: GatherMemory, observe?: Observe): WriteBehind {
  const write = async (chunks: Uint8Array[], position: number): Promise<void> => {
    const written = guard(() => backing.write(chunks, position));
    const both = [written, Promise.resolve(observe?.(chunks))];
    try {
      await Promise.all(both);
    } finally {
      await Promise.allSettled(both);
    }
  };
  return createWriteBehind(write, memory);
}

function spoolFile(backing: Backing, bytes: WriteBehind, usage: Usage, maxBytes: number): SpoolFile {
  const count = counter(bytes, usage);
  let closing: Promise<void> | undefined;
  const clear = (): void => {
    bytes.clear();
    count();
  };
  const close = async (): Promise<void> => {
    await bytes.settle().catch(() => undefined);
    clear();
    usage.files -= 1;
    await backing.close();
  };
  return {
    get sizeBytes() {
      return bytes.sizeBytes;
    },
    append: (chunk) => {
      if (usage.bytes + chunk.byteLength > maxBytes) return Promise.reject(full('bytes'));
      const taken = bytes.take(chunk);
      count();
      return taken?.finally(count);
    },
    settle: () => bytes.settle().finally(count),
    read: () => Readable.from(readAll(backing, bytes), { objectMode: false, highWaterMark: READ_BYTES }),
    ...(backing.give && { give: giveAway(backing.give, bytes, clear) }),
    clear,
    close: () => (closing ??= close()),
  };
}

/** Keeps the share of one file in what all of them take. */
function counter(bytes: WriteBehind, usage: Usage): () => void {
  let countedBytes = 0;
  return () => {
    usage.bytes += bytes.sizeBytes - countedBytes;
    countedBytes = bytes.sizeBytes;
  };
}

function giveAway(give: NonNullable<Backing['give']>, bytes: WriteBehind, clear: () => void): GiveAway {
  const giving = async <T>(work: (sizeBytes: number) => Promise<T>): Promise<T> => {
    try {
      await bytes.settle();
      return await guard(() => work(bytes.sizeBytes));
    } finally {
      clear();
    }
  };
  return {
    requireOpen: (upload) => guard(() => give.requireOpen(upload)),
    asPart: (upload, partNumber) => giving((sizeBytes) => give.asPart(sizeBytes, upload, partNumber)),
    asObject: (key) => giving((sizeBytes) => give.asObject(sizeBytes, key)),
  };
}

async function* readAll(backing: Backing, bytes: WriteBehind): AsyncGenerator<Buffer> {
  await bytes.settle();
  const { sizeBytes } = bytes;
  const handle = await backing.handle();
  for (let position = 0; position < sizeBytes;) {
    const length = Math.min(READ_BYTES, sizeBytes - position);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, position);
    if (bytesRead === 0) throw new TransientError('upload-directory', 'A file there has become shorter.');
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}

const full = (what: string): TransientError =>
  new TransientError('upload-directory', `The upload directory has no room for more ${what}.`);
