import { TruncatedError, type Reader } from '../reading/reader.js';

/** Takes a PNG with its last chunk. @see https://www.w3.org/TR/png-3/#5Chunk-layout */
export async function passPng(reader: Reader): Promise<void> {
  await reader.skip(8);
  for (;;) {
    const head = await reader.take(8);
    await reader.skip(head.readUInt32BE(0) + 4);
    if (head.toString('latin1', 4) === 'IEND') return;
  }
}

/** Takes a JPEG with its end mark. @see ITU-T T.81, B.1 */
export async function passJpeg(reader: Reader): Promise<void> {
  await reader.skip(2);
  for (;;) {
    const mark = await takeMark(reader);
    if (mark === 0xd9) return;
    const hasLength = mark !== 0x01 && !(mark >= 0xd0 && mark <= 0xd8);
    if (hasLength) await reader.skip(Math.max(0, (await reader.take(2)).readUInt16BE(0) - 2));
  }
}

/** Passes coded bytes up to the next mark. */
async function takeMark(reader: Reader): Promise<number> {
  for (;;) {
    const chunk = await reader.next();
    if (!chunk) throw new TruncatedError('It has no end');
    const at = findMark(chunk);
    if (at < 0) {
      // Half of a mark may be the last byte; one that is the last of all is none.
      const isHalf = chunk.at(-1) === 0xff && (await reader.peek(1)).length > 0;
      if (isHalf) reader.unread(Buffer.concat([chunk.subarray(-1), await reader.take(1)]));
      continue;
    }
    reader.unread(chunk.subarray(at + 2));
    return chunk[at + 1] ?? 0;
  }
}

/** Where a mark begins; `ff00` is a coded byte, and `ffff` fills. */
function findMark(chunk: Buffer): number {
  for (let at = chunk.indexOf(0xff); at >= 0 && at < chunk.length - 1; at = chunk.indexOf(0xff, at + 1)) {
    const code = chunk[at + 1];
    if (code !== 0 && code !== 0xff) return at;
  }
  return -1;
}

/** Takes a GIF with its trailer. @see https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
export async function passGif(reader: Reader): Promise<void> {
  const head = await reader.take(13);
  await skipColours(reader, head[10] ?? 0);
  for (;;) {
    const [kind] = await reader.take(1);
    if (kind === 0x3b) return;
    if (kind === 0x21) await reader.skip(1);
    else if (kind === 0x2c) {
      await skipColours(reader, (await reader.take(9))[8] ?? 0);
      await reader.skip(1);
    } else throw new TruncatedError('This is no block');
    for (let [size = 0] = await reader.take(1); size > 0; [size = 0] = await reader.take(1)) {
      await reader.skip(size);
    }
  }
}

const skipColours = (reader: Reader, flags: number): Promise<void> =>
  (flags & 0x80) === 0 ? Promise.resolve() : reader.skip(3 * 2 ** ((flags & 7) + 1));

/** Takes the one chunk that WebP, WAV and AVI are. */
export async function passRiff(reader: Reader): Promise<void> {
  const size = (await reader.take(8)).readUInt32LE(4);
  await reader.skip(size);
  if (size % 2 === 1) await reader.skip(Math.min(1, (await reader.peek(1)).length));
}
