import { TruncatedError, type Reader } from './reader.js';

/** The next so many bytes of a reader, as a source of their own. Throws {@link TruncatedError} when they end early. */
export async function* limited(reader: Reader, bytes: number): AsyncGenerator<Buffer, undefined> {
  for (let left = bytes; left > 0;) {
    const chunk = await reader.next(Math.min(left, 64 * 1024));
    if (!chunk) throw new TruncatedError(`${left} bytes are missing`);
    left -= chunk.length;
    yield chunk;
  }
}

/**
 * Takes the rest, but keeps no more than so much of it.
 *
 * @returns `null` when there was more
 */
export async function collect(source: AsyncIterable<Buffer>, mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes <= mostBytes) chunks.push(chunk);
  }
  return bytes <= mostBytes ? Buffer.concat(chunks) : null;
}

/** Everything that is left in a reader, as a source. */
export async function* restOf(reader: Reader): AsyncGenerator<Buffer, undefined> {
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) yield chunk;
}

/** The same bytes, of which somebody else hears as they pass. */
export async function* heard(
  source: AsyncIterable<Buffer>,
  hear: (chunk: Buffer) => void,
): AsyncGenerator<Buffer, undefined> {
  for await (const chunk of source) {
    hear(chunk);
    yield chunk;
  }
}

/** Bytes that are all there already, as a source. */
export async function* only(bytes: Buffer): AsyncGenerator<Buffer, undefined> {
  yield await Promise.resolve(bytes);
}
