import { zipOf } from './stored-zip.js';

/** Names every sample but the first, so that whoever reads clamd's log, or plays clamd, knows where they come from. */
const MEMBER = 'lazaret-self-test';

/** Deeper than clamd can be told to look (`MaxRecursion` ends at 100). */
const DEPTH = 101;

/** Where the fields of a tar header stand that is no longer than 512 bytes. */
const TAR_BLOCK_BYTES = 512;

/**
 * The string that every scanner reports. Put together when it is needed: in one piece it would make the program itself
 * infected.
 *
 * @see https://www.eicar.org/download-anti-malware-testfile/
 */
export const eicar = (): Uint8Array =>
  Buffer.from(
    ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''),
    'latin1',
  );

/** A zip with a member that says it is encrypted. What it holds does not matter: nobody has the key. */
export const encryptedZip = (): Uint8Array =>
  zipOf({ name: MEMBER, content: Buffer.alloc(24, 7), isEncrypted: true });

/** Zips within zips, more than any clamd looks into. */
export function tooDeepZip(): Uint8Array {
  let content: Buffer = Buffer.from('x');
  for (let depth = 0; depth < DEPTH; depth += 1) content = zipOf({ name: MEMBER, content });
  return content;
}

/**
 * The beginning of a tar whose one member says that it has so many bytes, of which almost none are there. clamd compares
 * what a member says with its limits before it looks for the bytes.
 *
 * @param sizeBytes - at most 2^31 - 1
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function tarThatDeclares(sizeBytes: number): Uint8Array {
  const tar = Buffer.alloc(2 * TAR_BLOCK_BYTES);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  const [mode, nobody, checksumAt] = ['0000644\0', '0000000\0', 148];
  tar.write(MEMBER);
  tar.write(`${mode}${nobody}${nobody}${octal(sizeBytes, 11)}\0${octal(0, 11)}\0`, 100, 'latin1');
  // The checksum counts its own field as spaces.
  tar.write('        0', checksumAt, 'latin1');
  tar.write('ustar\x0000', 257, 'latin1');
  const sum = tar.reduce((total, byte) => total + byte, 0);
  tar.write(`${octal(sum, 6)}\0 `, checksumAt, 'latin1');
  return tar;
}
