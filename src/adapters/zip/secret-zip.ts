import { Readable } from 'node:stream';
import { configure, ZipWriter } from '@zip.js/zip.js';
import type { ZipEntry, ZipLock } from '../../ports/secret-zip.js';

// Workers would copy every chunk, and are made for browsers.
configure({ useWebWorkers: false });

/** Of the three strengths of WinZip's AES the one with keys of 256 bits. */
const AES_256 = 3;
/** From this size on a zip may need the larger form of its fields, which old tools do not read. What the lock adds has to fit, too. */
const ZIP64_BYTES = 2 ** 32 - 64 * 1024;

/** Packs with zip.js, as `SecretZip` demands. */
export function packSecretZip(entry: ZipEntry, lock: ZipLock): Readable {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, undefined, {
    highWaterMark: 0,
  });
  const zip = Readable.fromWeb(readable);
  const { body } = entry;
  zip.once('close', () => body.destroy());
  pack(writable, entry, lock).catch((error: unknown) => {
    // A failure of the body would otherwise look like the end of a shorter zip.
    zip.destroy(error instanceof Error ? error : new Error('The zip failed.', { cause: error }));
  });
  return zip;
}

async function pack(
  writable: WritableStream<Uint8Array>,
  { name, sizeBytes, modifiedAt, body }: ZipEntry,
  { password, encryption }: ZipLock,
): Promise<void> {
  const zip = new ZipWriter(writable, { password, keepOrder: true, bufferedWrite: false });
  await zip.add(name, Readable.toWeb(body) as globalThis.ReadableStream<Uint8Array>, {
    // What is locked does not shrink, and what is examined should not change its form.
    level: 0,
    lastModDate: modifiedAt,
    zipCrypto: encryption === 'ZIP_CRYPTO',
    encryptionStrength: AES_256,
    zip64: sizeBytes >= ZIP64_BYTES,
    dataDescriptor: true,
  });
  await zip.close();
}
