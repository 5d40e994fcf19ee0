import type { Readable } from 'node:stream';
import { PermanentError } from '../domain/errors.js';
import type { File } from '../domain/file.js';
import type { Digester } from '../ports/digester.js';
import type { ObjectStore, OpenUpload } from '../ports/object-store.js';
import type { SpoolingStore } from '../ports/spool.js';
import { openProvenSpool, type ProvenSpool } from './proven-spool.js';
import { storePart, type ProvenPart } from './store-part.js';
import { wrongChecksum, wrongSize, type ExpectedPart } from './verify-part.js';

/** What taking the bytes of a part needs. */
export interface GivePartDeps {
  readonly objects: ObjectStore & SpoolingStore;
  readonly digests: Digester;
}

type Expected = ExpectedPart & { readonly partNumber: number };

/**
 * Takes a part from its sender into the store, and proves it on the way. Where the disk of the store takes what arrives, it
 * is hashed beside the writing, and becomes the part by getting its name.
 *
 * @throws as `storePart`
 */
export async function givePart(
  { objects, digests }: GivePartDeps,
  file: File,
  expected: Expected,
  body: Readable,
  signal: AbortSignal,
): Promise<ProvenPart> {
  const { spool } = objects;
  if (!spool) return storePart(objects, file, expected, body, signal);
  const bytes = await openProvenSpool(spool, digests);
  try {
    await bytes.spool.give?.requireOpen(uploadOf(file));
    await fill(bytes, expected, body);
    signal.throwIfAborted();
    return await storeSpooled(objects, file, expected, bytes, signal);
  } finally {
    await bytes.close();
  }
}

async function fill({ begin, spool }: ProvenSpool, { sizeBytes }: Expected, body: Readable): Promise<void> {
  begin(sizeBytes);
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (spool.sizeBytes + chunk.length > sizeBytes) throw wrongSize(sizeBytes);
    await spool.append(chunk);
  }
  await spool.settle();
  if (spool.sizeBytes !== sizeBytes) throw wrongSize(sizeBytes);
}

/**
 * Makes all bytes of a file that has settled a part in the store. Where they lie on its disk and are proven, they only get
 * the name; else they are read again.
 *
 * @throws as `storePart`
 */
export async function storeSpooled(
  objects: ObjectStore,
  file: File,
  expected: Expected,
  bytes: ProvenSpool,
  signal: AbortSignal,
): Promise<ProvenPart> {
  const given = await give(bytes, file, expected);
  return given ?? storePart(objects, file, expected, bytes.spool.read(), signal);
}

async function give(
  bytes: ProvenSpool,
  file: File,
  { partNumber, sizeBytes, sha256 }: Expected,
): Promise<ProvenPart | undefined> {
  const proof = await bytes.prove();
  if (!proof || !bytes.spool.give) return undefined;
  if (sha256 !== undefined && sha256 !== proof.sha256) throw wrongChecksum();
  const stored = await bytes.spool.give.asPart(uploadOf(file), partNumber);
  return { ...stored, ...proof, partNumber, sizeBytes };
}

function uploadOf({ ingestKey: key, ingestHandle: handle }: File): OpenUpload {
  if (handle === null) throw new PermanentError('object-store', 'An open upload has no handle.');
  return { key, handle };
}
