import { describe, expect, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient } from '../support/api-client.js';
import type { Product } from '../support/product.js';
import { EICAR, encryptedZip, zipOf } from '../support/samples.js';
import { sendFile, sha256, untilDecided } from '../support/send-file.js';
import { onSharedProduct } from '../support/shared-product.js';

let product: Product;
let uploader: ApiClient;
let admin: ApiClient;
onSharedProduct(async (shared) => {
  product = shared;
  uploader = createApiClient(product.url, await product.token('acme-uploader'));
  admin = createApiClient(product.url, await product.token('acme-admin'));
});

async function expectOutOfReach(fileId: string): Promise<void> {
  const outcome = await admin.createDownloadUrl({ fileId });
  expect(outcome).toMatchObject({
    ok: false,
    error: { extensions: { code: 'FILE_NOT_AVAILABLE', category: 'conflict', retryable: false } },
  });
  expect(granted(await admin.file(fileId))?.downloadable).toBe(false);
}

describe('what is not clean', () => {
  const zip = (): Promise<Buffer> => zipOf('eicar.com', EICAR);
  it.each([
    ['the test virus', () => Promise.resolve(EICAR)],
    ['the test virus in a zip', zip],
    ['the test virus in a zip in a zip', async () => zipOf('inner.zip', await zip())],
  ])('%s is INFECTED, and nobody gets it', async (_name, make) => {
    const file = await untilDecided(uploader, (await sendFile(uploader, await make())).id);
    expect(file).toMatchObject({ state: 'INFECTED', verdict: { outcome: 'INFECTED', reason: 'MALWARE' } });
    expect(file.verdict?.findings[0]?.detail).toMatch(/eicar/i);
    await expectOutOfReach(file.id);
  });

  it('an encrypted archive is UNSCANNABLE', async () => {
    const bytes = await encryptedZip(EICAR);
    const file = await untilDecided(uploader, (await sendFile(uploader, bytes)).id);
    expect(file).toMatchObject({ state: 'UNSCANNABLE', verdict: { reason: 'ENCRYPTED_ARCHIVE' } });
    await expectOutOfReach(file.id);
  });

  it('a file with other bytes than its checksum says is REJECTED', async () => {
    const declared = { sha256: sha256(Buffer.from('what was meant')) };
    const file = await untilDecided(
      uploader,
      (await sendFile(uploader, Buffer.from('what came'), declared)).id,
    );
    expect(file).toMatchObject({ state: 'REJECTED', verdict: { reason: 'CHECKSUM_MISMATCH' } });
    await expectOutOfReach(file.id);
  });

  it('a file that is on its way can be had by nobody', async () => {
    const { file } = granted(await uploader.createUpload({ name: 'soon.bin', sizeBytes: 4 }));
    await expectOutOfReach(file.id);
    granted(await uploader.cancelUpload({ fileId: file.id }));
    await expectOutOfReach(file.id);
  });
});

describe('a download URL', () => {
  it('dies with the file that it stands for', async () => {
    const file = await untilDecided(uploader, (await sendFile(uploader, Buffer.from('harmless'))).id);
    const { url } = granted(await uploader.createDownloadUrl({ fileId: file.id }));
    expect((await fetch(url)).status).toBe(200);
    granted(await admin.deleteFile({ fileId: file.id }));
    const answer = await fetch(url);
    expect([answer.status, await answer.json()]).toMatchObject([409, { code: 'FILE_NOT_AVAILABLE' }]);
    await expectOutOfReach(file.id);
  });

  it('is refused when it was altered or is over', async () => {
    const file = await untilDecided(uploader, (await sendFile(uploader, Buffer.from('short-lived'))).id);
    const { url } = granted(await uploader.createDownloadUrl({ fileId: file.id, ttlSeconds: 1 }));
    const other = granted(await uploader.createDownloadUrl({ fileId: file.id })).url;
    for (const at of [5, 20, 60]) {
      const index = other.length - at;
      const letter = other[index] === 'A' ? 'B' : 'A';
      const altered = `${other.slice(0, index)}${letter}${other.slice(index + 1)}`;
      expect((await fetch(altered)).status).toBe(403);
    }
    await expect.poll(() => fetch(url).then(({ status }) => status)).toBe(403);
    const tooLong = await uploader.createDownloadUrl({ fileId: file.id, ttlSeconds: 86_401 });
    expect(codeOf(tooLong)).toBe('BAD_USER_INPUT');
  });
});
