import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { PermanentError } from '../../domain/errors.js';
import type { ByteRange, ObjectRef, OpenObject } from '../../ports/object-store.js';
import { isReal } from './directories.js';
import type { Disk } from './disk.js';
import type { Layout } from './layout.js';
import { lendMemory } from './lent-memory.js';
import { readManifest, spansOf, type Manifest } from './manifest.js';
import { createSpanStream, cutSpans, GIVEN, openFile, type Reading, type Span } from './span-stream.js';
import { DEPENDENCY, unless } from './store-error.js';

/** What an object is opened from. */
type OpenFrom = Pick<Disk, 'layout' | 'known'>;

/** Opens an object of either area; `undefined` when there is none. */
export async function openObject(
  disk: OpenFrom,
  ref: ObjectRef,
  range: ByteRange | undefined,
): Promise<OpenObject | undefined> {
  return ref.area === 'ingest'
    ? openStaged(disk, ref.key, giveMemory, range)
    : openSealed(disk.layout, ref.key, giveMemory, range);
}

/** Opens a whole object of either area to be read in memory that is used again; `undefined` when there is none. */
export async function lendObject(disk: OpenFrom, ref: ObjectRef): Promise<OpenObject | undefined> {
  return ref.area === 'ingest'
    ? openStaged(disk, ref.key, lendMemory)
    : openSealed(disk.layout, ref.key, lendMemory);
}

/** Size of an object of either area; `undefined` when there is none. */
export async function statObject(layout: Layout, { area, key }: ObjectRef): Promise<number | undefined> {
  if (area === 'ingest') return (await findStaged(layout, key))?.sizeBytes;
  const file = layout.vaultFile(key);
  if (!(await isReal(path.dirname(file)))) return undefined;
  const stats = await unless(['ENOENT'], () => lstat(file));
  return stats?.isFile() === true ? stats.size : undefined;
}

type ReadingOf = (sizeBytes: number) => Reading;

const giveMemory: ReadingOf = () => GIVEN;

async function openStaged(
  { layout, known }: OpenFrom,
  key: string,
  readingOf: ReadingOf,
  range?: ByteRange,
): Promise<OpenObject | undefined> {
  const manifest = known.find(layout.keyDirectory(key));
  const opened = manifest && (await openKnown(stagedOf(layout, key, manifest), readingOf, range));
  if (opened) return opened;
  known.forget(layout.keyDirectory(key));
  const staged = await findStaged(layout, key);
  if (!staged) return undefined;
  const { spans, sizeBytes } = staged;
  checkRange(range, sizeBytes);
  const cut = cutSpans(spans, range);
  const [first] = cut;
  const reading = readingOf(sizeBytes);
  if (!first) return { sizeBytes, body: createSpanStream(cut, reading) };
  // What is named and not there is missed before its reader relies on it.
  const handle = await unless(['ENOENT'], () => openFile(first.file));
  return handle && { sizeBytes, body: createSpanStream(cut, reading, reading.sourceOf(handle)) };
}

/** What is known is the object as long as its first file is there: whatever takes its place is acknowledged only afterwards. */
async function openKnown(
  { spans, sizeBytes }: Staged,
  readingOf: ReadingOf,
  range: ByteRange | undefined,
): Promise<OpenObject | undefined> {
  checkRange(range, sizeBytes);
  const reading = readingOf(sizeBytes);
  const wanted = cutSpans(spans, range);
  const first = wanted[0];
  const handle = first && (await unless(['ENOENT'], () => openFile(first.file)));
  if (!handle) return undefined;
  return { sizeBytes, body: createSpanStream(wanted, reading, reading.sourceOf(handle)) };
}

interface Staged {
  readonly spans: readonly Span[];
  readonly sizeBytes: number;
}

async function findStaged(layout: Layout, key: string): Promise<Staged | undefined> {
  if (!(await isReal(layout.keyDirectory(key)))) return undefined;
  const manifest = await readManifest(layout.manifest(key));
  return manifest && stagedOf(layout, key, manifest);
}

function stagedOf(layout: Layout, key: string, manifest: Manifest): Staged {
  const spans = spansOf(layout.sealedDirectory({ key, handle: manifest.handle }), manifest);
  return { spans, sizeBytes: spans.reduce((sum, span) => sum + span.sizeBytes, 0) };
}

async function openSealed(
  layout: Layout,
  key: string,
  readingOf: ReadingOf,
  range?: ByteRange,
): Promise<OpenObject | undefined> {
  const file = layout.vaultFile(key);
  if (!(await isReal(path.dirname(file)))) return undefined;
  const handle = await unless(['ENOENT'], () => openFile(file));
  if (!handle) return undefined;
  try {
    const { size: sizeBytes } = await handle.stat();
    checkRange(range, sizeBytes);
    const spans = cutSpans([{ file, start: 0, sizeBytes }], range);
    const reading = readingOf(sizeBytes);
    return { sizeBytes, body: createSpanStream(spans, reading, reading.sourceOf(handle)) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function checkRange(range: ByteRange | undefined, sizeBytes: number): void {
  if (range === undefined) return;
  const { start, end } = range;
  const isWithin = Number.isSafeInteger(start) && start >= 0 && start <= end && end < sizeBytes;
  if (!isWithin) throw new PermanentError(DEPENDENCY, 'The range does not lie within the object.');
}
