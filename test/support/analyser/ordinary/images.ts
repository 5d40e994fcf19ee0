import { crc32, deflateSync } from 'node:zlib';
import { be16, be32, noise, sample, u16, u32, type Sample } from './sample.js';

const chunk = (type: string, body: Buffer): Buffer => {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  return Buffer.concat([be32(body.length), typed, be32(crc32(typed))]);
};

/** A picture of one colour, or of noise. */
export function png(width: number, height: number, isNoise = false): Buffer {
  const row = width * 3 + 1;
  const pixels = isNoise ? noise(row * height) : Buffer.alloc(row * height);
  for (let at = 0; at < pixels.length; at += row) pixels[at] = 0;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.concat([be32(width), be32(height), Buffer.from([8, 2, 0, 0, 0])])),
    chunk('tEXt', Buffer.from('Comment\0Made with <GIMP>', 'latin1')),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const segment = (mark: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0xff, mark]), be16(body.length + 2), body]);

/** A picture as a camera writes it: with a small one in its own description. */
export function jpeg(scanBytes: number, comment = 'CREATOR: gd-jpeg'): Buffer {
  const scan = Buffer.from(noise(scanBytes).toString('latin1').replaceAll('\xff', '\xff\0'), 'latin1');
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0II*\0\b\0\0\0\0\0', 'latin1'), noise(64)])),
    segment(0xfe, Buffer.from(comment, 'latin1')),
    segment(0xdb, Buffer.alloc(65, 1)),
    segment(0xc0, Buffer.from('\b\0\x10\0\x10\x01\x01\x11\0', 'latin1')),
    segment(0xc4, Buffer.alloc(28)),
    segment(0xda, Buffer.from('\x01\x01\0\0?\0', 'latin1')),
    scan,
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A picture that moves, or does not. */
function gif(frames: number): Buffer {
  const frame = Buffer.concat([
    Buffer.from('21f90404', 'hex'),
    Buffer.from('0a000000', 'hex'),
    Buffer.from('2c000000000a000a0000', 'hex'),
    Buffer.from([2, 8]),
    noise(8),
    Buffer.from([0]),
  ]);
  return Buffer.concat([
    Buffer.from('GIF89a\x0a\0\x0a\0\x80\0\0\0\0\0\xff\xff\xff', 'latin1'),
    Buffer.from('!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1'),
    ...Array.from({ length: frames }, () => frame),
    Buffer.from(';'),
  ]);
}

const riff = (kind: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), ...parts]);
  return Buffer.concat([Buffer.from('RIFF'), u32(body.length), body]);
};

const part = (name: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(name, 'latin1'), u32(body.length), body, Buffer.alloc(body.length % 2)]);

/** A list of named parts in one, as WebP, WAV and AVI are. */
export const riffOf = (kind: string, parts: Readonly<Record<string, Buffer>>): Buffer =>
  riff(kind, ...Object.entries(parts).map(([name, body]) => part(name, body)));

const bmp = (): Buffer =>
  Buffer.concat([
    Buffer.from('BM'),
    ...[u32(54 + 300), u32(0), u32(54)],
    ...[u32(40), u32(10), u32(10), u16(1), u16(24), u32(0), u32(300), u32(0), u32(0), u32(0), u32(0)],
    noise(300),
  ]);

const ico = (): Buffer => {
  const image = png(16, 16);
  return Buffer.concat([
    Buffer.from('000001000100', 'hex'),
    Buffer.from([16, 16, 0, 0, 1, 0, 32, 0]),
    ...[u32(image.length), u32(22), image],
  ]);
};

/** Samples of TIFF of both orders of bytes. */
const tiff = (isLittle: boolean): Buffer => {
  const [n16, n32] = isLittle ? [u16, u32] : [be16, be32];
  const tag = (id: number, value: number): Buffer => Buffer.concat([n16(id), n16(4), n32(1), n32(value)]);
  const tags = [tag(256, 10), tag(257, 10), tag(258, 8), tag(273, 200), tag(279, 100)];
  const directory = Buffer.concat([n16(tags.length), ...tags, n32(0)]);
  const head = Buffer.concat([Buffer.from(isLittle ? 'II' : 'MM'), n16(42), n32(8)]);
  return Buffer.concat([head, directory, Buffer.alloc(200 - 8 - directory.length), noise(100)]);
};

const box = (type: string, ...bodies: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(bodies);
  return Buffer.concat([be32(body.length + 8), Buffer.from(type, 'latin1'), body]);
};

/** A file of boxes, as MPEG-4 and pictures of telephones are. */
export const boxes = (brand: string, ...inner: readonly (readonly [type: string, body: Buffer])[]): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from(`${brand}\0\0\x02\0${brand}isom`, 'latin1')),
    ...inner.map(([type, body]) => box(type, body)),
  ]);

/** Pictures of all kinds. */
export const images = (): readonly Sample[] => [
  ...[1, 16, 100, 300].map((size) => sample(`${size}.png`, 'image/png', png(size, size))),
  sample('noise.png', 'image/png', png(200, 200, true)),
  ...[100, 5_000, 200_000].map((bytes) => sample(`${bytes}.jpg`, 'image/jpeg', jpeg(bytes))),
  sample('comment.jpeg', 'image/jpeg', jpeg(900, 'Photo by <a@a.example> & "friends" {1;2}')),
  ...[1, 5].map((frames) => sample(`${frames}.gif`, 'image/gif', gif(frames))),
  sample('a.webp', 'image/webp', riffOf('WEBP', { 'VP8 ': noise(500), EXIF: noise(41) })),
  sample('a.bmp', 'image/bmp', bmp()),
  sample('favicon.ico', 'image/x-icon', ico()),
  sample('a.tif', 'image/tiff', tiff(true)),
  sample('b.tiff', 'image/tiff', tiff(false)),
  sample('a.avif', 'image/avif', boxes('avif', ['meta', noise(99)], ['mdat', noise(900)])),
  sample('a.heic', 'image/heic', boxes('heic', ['meta', noise(99)], ['mdat', noise(900)])),
  sample(
    'a.psd',
    'image/vnd.adobe.photoshop',
    Buffer.concat([Buffer.from('8BPS\0\x01', 'latin1'), noise(99)]),
  ),
];
