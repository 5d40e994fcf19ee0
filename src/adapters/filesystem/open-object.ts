import path from 'node:path';
import { PermanentError } from '../../domain/errors.js';
import type { ByteRange, ObjectRef, OpenObject } from '../../ports/object-store.js';
import { isRealDirectory } from './directories.js';
import type { Layout } from './layout.js';
import { readManifest, spansOf } from './manifest.js';
import { createSpanStream, cutSpans, openFile } from './span-stream.js';
import { DEPENDENCY, unless } from './store-error.js';

/** Opens an object of either area; `undefined` when there is none. */
export async function openObject(
  layout: Layout,
  ref: ObjectRef,
  range: ByteRange | undefined,
): Promise<OpenObject | undefined> {
  return ref.area === 'ingest' ? openStaged(layout, ref.key, range) : openSealed(layout, ref.key, range);
}

async function openStaged(layout: Layout, key: string, range?: ByteRange): Promise<OpenObject | undefined> {
  if (!(await isRealDirectory(layout.ingestDirectory(key)))) return undefined;
  const manifest = await readManifest(layout.manifest(key));
  if (!manifest) return undefined;
  const spans = spansOf(layout.sealedDirectory({ key, handle: manifest.handle }), manifest);
  const sizeBytes = spans.reduce((sum, span) => sum + span.sizeBytes, 0);
  checkRange(range, sizeBytes);
  return { sizeBytes, body: createSpanStream(cutSpans(spans, range)) };
}

async function openSealed(layout: Layout, key: string, range?: ByteRange): Promise<OpenObject | undefined> {
  const file = layout.vaultFile(key);
  if (!(await isRealDirectory(path.dirname(file)))) return undefined;
  const handle = await unless(['ENOENT'], () => openFile(file));
  if (!handle) return undefined;
  try {
    const { size: sizeBytes } = await handle.stat();
    checkRange(range, sizeBytes);
    return { sizeBytes, body: createSpanStream(cutSpans([{ file, start: 0, sizeBytes }], range), handle) };
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
