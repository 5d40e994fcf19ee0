import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createUrlSigner } from '../../src/adapters/signing/url-signer.js';
import type { FileId, TenantId } from '../../src/domain/ids.js';
import type { Clock } from '../../src/ports/clock.js';

const start = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);
let now = start;
const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
const key = randomBytes(32);
const publicUrl = 'https://files.example';
const signer = createUrlSigner({ key, publicUrl, clock });
const tenantId = '0190a0a0-0000-7000-8000-000000000001' as TenantId;
const fileId = '0190a0a0-0000-7000-8000-000000000002' as FileId;
const part = { tenantId, fileId, partNumber: 3, sizeBytes: 1024, sha256: 'ab'.repeat(32), subject: 'user|ü' };
const download = { tenantId, fileId, subject: 'viewer' };
const tokenOf = (url: string): string => url.split('/').at(-1) ?? '';

describe('signed URLs', () => {
  it('give back the grant that they were made of', async () => {
    now = start;
    const url = await signer.partUrl(part, later(60));
    expect(url.startsWith(`${publicUrl}/parts/`)).toBe(true);
    expect(await signer.readPart(tokenOf(url))).toEqual(part);
    const { sha256: _, ...plain } = part;
    expect(await signer.readPart(tokenOf(await signer.partUrl(plain, later(60))))).toEqual(plain);
    const link = await signer.downloadUrl(download, later(60));
    expect(link.startsWith(`${publicUrl}/downloads/`)).toBe(true);
    expect(await signer.readDownload(tokenOf(link))).toEqual(download);
    const s3 = await signer.s3UploadUrl(download, later(60));
    expect(s3.startsWith(`${publicUrl}/s3/`)).toBe(true);
    expect(await signer.readS3Upload(tokenOf(s3))).toEqual(download);
    const released = { ...download, releaseId: '0190a0a0-0000-7000-8000-000000000003' };
    const way = await signer.releasedUrl(released, later(60));
    expect(way.startsWith(`${publicUrl}/quarantine/released/`)).toBe(true);
    expect(await signer.readReleased(tokenOf(way))).toEqual(released);
    const forensic = { ...download, encryption: 'AES_256' } as const;
    const locked = await signer.forensicUrl(forensic, later(60));
    expect(locked.startsWith(`${publicUrl}/quarantine/forensic/`)).toBe(true);
    expect(await signer.readForensic(tokenOf(locked))).toEqual(forensic);
    for (const token of [tokenOf(link), tokenOf(locked)]) {
      expect(await signer.readReleased(token)).toBeUndefined();
    }
    for (const token of [tokenOf(link), tokenOf(way)]) {
      expect(await signer.readForensic(token)).toBeUndefined();
    }
    for (const token of [tokenOf(way), tokenOf(locked)]) {
      expect(await signer.readDownload(token)).toBeUndefined();
    }
    expect(signer.tusUrl(fileId)).toBe(`${publicUrl}/uploads/${fileId}`);
  });

  it('grant nothing from the moment on that they expire', async () => {
    now = start;
    const token = tokenOf(await signer.partUrl(part, later(60)));
    now = later(59);
    expect(await signer.readPart(token)).toBeDefined();
    now = later(60);
    expect(await signer.readPart(token)).toBeUndefined();
  });

  it('grant nothing for another purpose, or with another key', async () => {
    now = start;
    const partToken = tokenOf(await signer.partUrl(part, later(60)));
    expect(await signer.readDownload(partToken)).toBeUndefined();
    const downloadToken = tokenOf(await signer.downloadUrl(download, later(60)));
    expect(await signer.readPart(downloadToken)).toBeUndefined();
    expect(await signer.readS3Upload(downloadToken)).toBeUndefined();
    const s3Token = tokenOf(await signer.s3UploadUrl(download, later(60)));
    expect(await signer.readDownload(s3Token)).toBeUndefined();
    expect(await signer.readPart(s3Token)).toBeUndefined();
    const other = createUrlSigner({ key: randomBytes(32), publicUrl, clock });
    expect(await other.readPart(partToken)).toBeUndefined();
  });

  it('grant nothing once a single character is altered', async () => {
    now = start;
    const token = tokenOf(await signer.partUrl(part, later(60)));
    for (let index = 0; index < token.length; index += 1) {
      // The last character of base64url may carry bits that decode to nothing; another one changes them all.
      const altered = token.slice(0, index) + (token[index] === 'A' ? 'z' : 'A') + token.slice(index + 1);
      expect([index, await signer.readPart(altered)]).toEqual([index, undefined]);
    }
  });

  it.each([
    [
      'an unsigned token',
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`,
    ],
    ['nothing', ''],
    ['garbage', '%%%'],
    ['something very long', 'a'.repeat(100_000)],
  ])('grant nothing for %s', async (_, token) => {
    expect(await signer.readPart(token)).toBeUndefined();
    expect(await signer.readDownload(token)).toBeUndefined();
  });

  it.each([
    ['another algorithm of the same key', { alg: 'HS384' }, {}],
    ['a part number of zero', {}, { part: 0 }],
    ['a size that is no number', {}, { size: '5' }],
    ['a tenant that is no id', {}, { tenant: 'acme' }],
    ['a checksum that is none', {}, { sha256: 'xyz' }],
  ])('grant nothing for %s, although well signed', async (_, header, claims) => {
    now = start;
    const good = { tenant: tenantId, file: fileId, part: 1, size: 5 };
    const sign = (protectedHeader: object, payload: object): Promise<string> =>
      new SignJWT({ ...payload })
        .setProtectedHeader({ alg: 'HS256', ...protectedHeader })
        .setAudience('lazaret:part')
        .setSubject('user')
        .setExpirationTime(later(60))
        .sign(new Uint8Array(64).fill(7));
    const own = createUrlSigner({ key: new Uint8Array(64).fill(7), publicUrl, clock });
    expect(await own.readPart(await sign({}, good))).toBeDefined();
    expect(await own.readPart(await sign(header, { ...good, ...claims }))).toBeUndefined();
  });

  it('are not made with a key that is too short', () => {
    expect(() => createUrlSigner({ key: new Uint8Array(31), publicUrl, clock })).toThrow(RangeError);
  });
});
