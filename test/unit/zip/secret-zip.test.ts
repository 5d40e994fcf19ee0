import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { packSecretZip } from '../../../src/adapters/zip/secret-zip.js';

const WIDE_END = Buffer.from('PK\x06\x06', 'latin1');
const GIB = 1024 ** 3;

describe('a locked zip', () => {
  it.each([
    ['AES_256', GIB, false],
    ['ZIP_CRYPTO', 4 * GIB - 1024 ** 2, false],
    ['AES_256', 4 * GIB - 30, true],
    ['ZIP_CRYPTO', 4 * GIB - 12, true],
    ['AES_256', 5 * GIB, true],
  ] as const)(
    'with %s of %i bytes has the form that old tools do not read: %s',
    async (encryption, sizeBytes, isWide) => {
      // What is announced chooses the form, so that no more than a few bytes have to be packed.
      const body = Readable.from([Buffer.from('a few bytes')], { objectMode: false });
      const entry = { name: 'a.bin', sizeBytes, modifiedAt: new Date(0), body };
      const zip = await buffer(packSecretZip(entry, { password: 'secret', encryption }));
      expect(zip.includes(WIDE_END)).toBe(isWide);
    },
  );
});
