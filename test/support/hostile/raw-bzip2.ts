import BZip2 from 'bzip2-wasm';

const bzip2 = new BZip2();
await bzip2.init();

/** Packs by libbzip2. */
export const rawBzip2 = (content: Buffer, level = 9): Buffer =>
  Buffer.from(bzip2.compress(content, level, content.length + Math.ceil(content.length / 50) + 1_000));

const bitsOf = (hex: string): string =>
  BigInt(`0x${hex}`)
    .toString(2)
    .padStart(4 * hex.length, '0');
/** Lengths of the codes of both signs of repetition and of the end: 0, 10 and 11. */
const TABLE = '0000101000';

/** A block that repeats a byte more often than 32 bits can count, and than a block has room for, in 32 symbols. */
export function overflowingBzip2(): Buffer {
  const bits = [
    bitsOf('314159265359'),
    bitsOf('00000000'),
    // Of no old kind, its first byte first, and only `a` is in it.
    '0',
    '0'.repeat(24),
    bitsOf('02004000'),
    // Two tables, of which one symbol after the other is taken by the first.
    '010',
    '000000000000001',
    '0',
    TABLE,
    TABLE,
    '0'.repeat(32),
    '11',
  ].join('');
  const bytes = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
  return Buffer.concat([Buffer.from('BZh9'), Buffer.from(bytes), Buffer.alloc(64)]);
}
