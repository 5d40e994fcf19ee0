import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';

/** A file in a zip. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Opens a zip that has a password; rejects where it is another one. */
export async function openZip(packed: Buffer, password: string): Promise<ZipMember[]> {
  const zip = new ZipReader(new Uint8ArrayReader(packed), { password, useWebWorkers: false });
  const members: ZipMember[] = [];
  for (const entry of await zip.getEntries()) {
    if (entry.directory || !entry.encrypted) throw new Error(`${entry.filename} is not locked.`);
    const bytes = await entry.getData(new Uint8ArrayWriter(), { checkCrc32: true });
    members.push({ name: entry.filename, bytes: Buffer.from(bytes) });
  }
  return members;
}
