import { crc32, deflateSync } from 'node:zlib';

/** A PNG of one pixel. @see https://www.w3.org/TR/png-3/ */
export function tinyPng(...extra: readonly Buffer[]): Buffer {
  const header = Buffer.from('00000001000000010802000000', 'hex');
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    ...extra,
    pngChunk('IDAT', deflateSync(Buffer.alloc(4))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A chunk with its checksum. */
export function pngChunk(kind: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** What a JPEG is to whoever passes over it: marks, and coded bytes with stuffing and fill. */
export const tinyJpeg = (): Buffer =>
  Buffer.from('ffd8ffe000104a46494600010100000100010000ffda0008010100003f00a1ff00b2ffd0c3ffffd9', 'hex');

/** A GIF of one pixel. */
export const tinyGif = (): Buffer =>
  Buffer.from(
    '47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b',
    'hex',
  );

/** What a Windows program begins with: a DOS header that leads to the other one. */
export function tinyProgram(): Buffer {
  const program = Buffer.alloc(512);
  program.write('MZ', 'latin1');
  program.writeUInt32LE(0x80, 0x3c);
  program.write('PE\0\0L\x01', 0x80, 'latin1');
  return program;
}
