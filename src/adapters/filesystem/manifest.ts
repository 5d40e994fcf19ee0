import { constants } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { PermanentError } from '../../domain/errors.js';
import { publish, writeScratchBytes } from './write-durably.js';
import type { Scratch } from './scratch.js';
import type { Span } from './span-stream.js';
import { DEPENDENCY, unless } from './store-error.js';
import { systemCalls } from './system-calls.js';

const manifestSchema = z.object({
  /** Of the upload that made the object. */
  handle: z.string().regex(/^[0-9a-f]{32}$/),
  parts: z.array(
    z.object({ file: z.string().regex(/^\d+-[0-9a-f]{32}$/), sizeBytes: z.int().nonnegative() }),
  ),
});

/** Which parts, in which order, an object of the ingest area consists of. */
export type Manifest = z.output<typeof manifestSchema>;

/** Reads a manifest; `undefined` when there is none. Throws `PermanentError` when it is not readable as one. */
export async function readManifest(file: string): Promise<Manifest | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW;
  const descriptor = await unless(['ENOENT'], () => systemCalls.open(file, flags));
  if (descriptor === undefined) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(await systemCalls.readFile(descriptor, 'utf8')));
  } catch (error) {
    throw new PermanentError(DEPENDENCY, 'A manifest of the store is damaged.', { cause: error });
  } finally {
    await systemCalls.close(descriptor);
  }
}

/** Writes a manifest atomically and durably. */
export async function writeManifest(scratch: Scratch, file: string, manifest: Manifest): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(manifest));
  await publish(await writeScratchBytes(scratch, bytes), file);
}

/** Names of the files of the parts. */
export const namesOf = (manifest: Manifest): string[] => manifest.parts.map(({ file }) => file);

/** The bytes that a manifest names. */
export const spansOf = (directory: string, manifest: Manifest): readonly Span[] =>
  manifest.parts.map(({ file, sizeBytes }) => ({ file: path.join(directory, file), start: 0, sizeBytes }));
