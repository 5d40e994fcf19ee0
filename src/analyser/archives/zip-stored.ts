import { crc32 } from 'node:zlib';
import type { Reader } from '../reading/reader.js';

const MARK = Buffer.from('PK\x07\x08', 'latin1');
const DESCRIPTOR_BYTES = 24;

/**
 * The bytes of a member that was stored without a length: they end where a descriptor follows that names
 * exactly their checksum and their number.
 */
export async function* storedUntilDescriptor(reader: Reader): AsyncGenerator<Buffer, undefined> {
  let [crc, count] = [0, 0];
  const passed = (chunk: Buffer): Buffer => {
    crc = crc32(chunk, crc);
    count += chunk.length;
    return chunk;
  };
  for (;;) {
    const chunk = await reader.next();
    if (!chunk) return;
    const both = Buffer.concat([chunk, await reader.peek(DESCRIPTOR_BYTES)]);
    let begin = 0;
    let at = chunk.indexOf(MARK.subarray(0, 1));
    for (; at >= 0; at = chunk.indexOf(MARK.subarray(0, 1), at + 1)) {
      if (!both.subarray(at, at + 4).equals(MARK)) continue;
      if (at > begin) yield passed(chunk.subarray(begin, at));
      begin = at;
      if (isDescriptor(both.subarray(at), crc, count)) {
        reader.unread(chunk.subarray(at));
        return;
      }
    }
    if (begin < chunk.length) yield passed(chunk.subarray(begin));
  }
}

const isDescriptor = (bytes: Buffer, crc: number, count: number): boolean =>
  bytes.length >= 16 && bytes.readUInt32LE(4) === crc && bytes.readUInt32LE(8) === count % 2 ** 32;
