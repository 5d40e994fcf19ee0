import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';

/** The string that every scanner reports, in two halves so that none reports this file. */
export const EICAR = Buffer.from(
  ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''),
  'latin1',
);

/** Packs one member into a zip. */
export async function zipOf(name: string, content: Buffer): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  zip.addBuffer(content, name);
  zip.end();
  return buffer(zip.outputStream);
}

/** Where the general purpose flags stand in a local header and in an entry of the central directory. */
const FLAGS: readonly (readonly [signature: string, offset: number])[] = [
  ['PK\x03\x04', 6],
  ['PK\x01\x02', 8],
];

/**
 * A zip whose one member says that it is encrypted, with bytes in it that nobody has the key of.
 *
 * @see APPNOTE.TXT 4.4.4, bit 0
 */
export async function encryptedZip(content: Buffer): Promise<Buffer> {
  const zip = await zipOf('secret.bin', content);
  for (const [signature, offset] of FLAGS) {
    const at = zip.indexOf(signature, 0, 'latin1') + offset;
    zip.writeUInt16LE(zip.readUInt16LE(at) | 1, at);
  }
  return zip;
}
