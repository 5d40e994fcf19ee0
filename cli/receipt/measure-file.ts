import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** What the bytes of a file come to. */
export interface FileMeasure {
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Read at a time, whatever the size of the file. */
const CHUNK_BYTES = 1024 * 1024;

/** Counts and hashes the bytes of a file in one pass. Throws what the system refuses it with. */
export async function measureFile(path: string): Promise<FileMeasure> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const bytes = chunk as Buffer;
    hash.update(bytes);
    sizeBytes += bytes.length;
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}
