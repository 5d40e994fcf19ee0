import { gzipSync } from 'node:zlib';
import { rawAr } from './raw-ar.js';

const packed = gzipSync('What nobody looked into.');
const size = String(packed.length);
const one = (name: string, other: { readonly size?: string; readonly padding?: string } = {}): Buffer =>
  rawAr([
    { name: 'first', content: Buffer.from('text') },
    { name, content: packed, ...other },
    { name: 'last', content: Buffer.from('text') },
  ]);
const odd = (padding: string): Buffer =>
  rawAr([
    { name: 'a', content: Buffer.from('odd'), padding },
    { name: 'b', content: packed },
  ]);

/** Headers that one unpacker of `ar` reads in another way than the next: where the content begins, or where it ends. */
export const STRANGE_AR: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['a length of a name with leading zeros', one('#1/00005')],
  ['a length of a name of five digits', one('#1/10005')],
  ['a length of a name with a blank in front', one('#1/ 5')],
  ['a length of a name behind a tab', one('#1/\t5')],
  ['a length of a name with a tab behind it', one('#1/5\t')],
  ['a length of a name with a zero behind it', one('#1/5\0')],
  ['a length of a name with a sign', one('#1/+5')],
  ['a length of a name with letters behind it', one('#1/5 a')],
  ['a length of a name that is hexadecimal', one('#1/0x5')],
  ['a name of no length', one('#1/0')],
  ['a name without a length', one('#1/')],
  ['a long name behind a blank', one(' #1/5')],
  ['a long name behind a tab', one('\t#1/5')],
  ['a name with a zero in it', one('a\0b')],
  ['a name that begins with a line end', one('\na')],
  ['no name', one('')],
  ['a place in a table behind a blank', one(' /0')],
  ['a place in a table with a sign', one('/+0')],
  ['a place in a table with leading zeros', one('/00')],
  ['a table that nobody knows', one('/a')],
  ['a size with leading zeros', one('a', { size: `0${size}` })],
  ['a size with a sign', one('a', { size: `+${size}` })],
  ['a size below nothing', one('a', { size: '-60' })],
  ['a size behind a blank', one('a', { size: ` ${size}` })],
  ['a size with a blank in it', one('a', { size: '2 0' })],
  ['a size with a tab behind it', one('a', { size: `${size}\t` })],
  ['a size with a zero behind it', one('a', { size: `${size}\0` })],
  ['a size that is hexadecimal', one('a', { size: `0x${packed.length.toString(16)}` })],
  ['a size with an exponent', one('a', { size: '4e1' })],
  ['no size', one('a', { size: '' })],
  ['a member that is shorter than its name', one('#1/9000')],
  ['a zero as padding', odd('\0')],
  ['a letter as padding', odd('x')],
];
