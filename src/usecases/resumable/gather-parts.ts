import { Readable } from 'node:stream';
import { PermanentError, UploadGoneError } from '../../domain/errors.js';
import type { File, Part } from '../../domain/file.js';
import { countParts, MAX_PARTS, partSizeAt } from '../../domain/parts.js';
import type { ByteRange, ObjectStore, OpenUpload } from '../../ports/object-store.js';
import { storePart } from '../store-part.js';
import { checkStretches, type Stretch } from '../stretch-check.js';
import { watched } from '../watched.js';
import type { Partial } from './find-partials.js';

/**
 * The stores bound every call themselves. A client that is gone stops nothing: it may have waited for as long as its
 * browser or a proxy lets it, and gets the file when it asks again.
 */
const NEVER = new AbortController().signal;

/**
 * Makes the bytes of partial uploads, in order, the parts of a new file: by a second name where the store can
 * do that, else by copying and proving them like any others.
 *
 * @returns what to enter into the ledger
 * @throws TransientError, PermanentError of the store; `UploadGoneError` names the partial upload that the store has lost
 */
export async function gatherParts(
  objects: ObjectStore,
  file: File,
  partials: readonly Partial[],
): Promise<readonly Part[]> {
  const sources = partials.flatMap(({ file: { ingestKey, ingestHandle }, parts }) =>
    ingestHandle === null
      ? []
      : parts.map((part) => ({ upload: { key: ingestKey, handle: ingestHandle }, part })),
  );
  if (!objects.adoptParts || sources.length > MAX_PARTS) return copyParts(objects, file, partials);
  const adopted = await objects.adoptParts(uploadOf(file), sources);
  return adopted.map(({ partNumber, etag }, index) => {
    const part = sources[index]?.part ?? { sizeBytes: 0, sha256: null };
    return { ...part, partNumber, etag };
  });
}

function uploadOf({ ingestKey: key, ingestHandle: handle }: File): OpenUpload {
  if (handle === null) throw new PermanentError('object-store', 'An open upload has no handle.');
  return { key, handle };
}

async function copyParts(
  objects: ObjectStore,
  file: File,
  partials: readonly Partial[],
): Promise<readonly Part[]> {
  // Parts of an open upload cannot be read. To finish it again changes nothing.
  for (const { file: partial, parts } of partials) await objects.finishUpload(uploadOf(partial), parts);
  const check = checkStretches(partials.flatMap(stretchesOf));
  const { sizeBytes, partSizeBytes } = file;
  const copied: Part[] = [];
  for (let partNumber = 1; partNumber <= countParts(sizeBytes ?? 0, partSizeBytes); partNumber += 1) {
    const size = partSizeAt(sizeBytes ?? 0, partSizeBytes, partNumber) ?? 0;
    const start = (partNumber - 1) * partSizeBytes;
    const bytes = readAcross(objects, partials, { start, end: start + size - 1 });
    const body = Readable.from(watched(bytes, check), { objectMode: false });
    copied.push(await storePart(objects, file, { partNumber, sizeBytes: size }, body, NEVER));
  }
  return copied;
}

const partialIsGone = ({ ingestKey }: File): UploadGoneError =>
  new UploadGoneError('object-store', ingestKey, 'The bytes of a partial upload are gone.');

/** One with other bytes than were sent is as good as gone. */
const stretchesOf = ({ file, parts }: Partial): Stretch[] =>
  parts.map((part) => ({ ...part, refuse: () => partialIsGone(file) }));

/** Reads a stretch of what the partial uploads have together. */
async function* readAcross(
  objects: ObjectStore,
  partials: readonly Partial[],
  range: ByteRange,
): AsyncGenerator<Buffer> {
  let begin = 0;
  for (const { file } of partials) {
    const start = Math.max(range.start - begin, 0);
    const end = Math.min(range.end - begin, (file.sizeBytes ?? 0) - 1);
    begin += file.sizeBytes ?? 0;
    if (start > end) continue;
    const object = await objects.read({ area: 'ingest', key: file.ingestKey }, { start, end });
    if (!object) throw partialIsGone(file);
    yield* object.body as AsyncIterable<Buffer>;
  }
}
