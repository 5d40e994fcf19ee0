import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import {
  SEVEN_ZIP,
  SEVEN_ZIP_BZIP2_OF_VIRUS,
  SEVEN_ZIP_ENCRYPTED,
  SEVEN_ZIP_HIDDEN,
  SEVEN_ZIP_OF_VIRUS,
} from '../support/hostile/packed.js';
import { createPolicyClient, type PolicyClient } from '../support/policy-client.js';
import { startProduct, type Product } from '../support/product.js';
import { sendFile, untilDecided } from '../support/send-file.js';

let product: Product;
let admin: PolicyClient;
let uploader: ApiClient;
const apiOf = async (identity: string): Promise<ApiClient> =>
  createApiClient(product.url, await product.token(identity));
beforeAll(async () => {
  product = await startProduct({ services: inject('services') });
  admin = createPolicyClient(await apiOf('acme-admin'));
  uploader = await apiOf('acme-uploader');
});
afterAll(() => product.stop());

async function outcomeOf(bytes: Buffer): Promise<readonly unknown[]> {
  const { state, verdict } = await untilDecided(
    uploader,
    (await sendFile(uploader, bytes, { name: 'a.7z' })).id,
  );
  return [state, verdict?.reason ?? null];
}

describe('an archive that nothing but the scanner opens', () => {
  it('is clean where the tenant says that this is enough, unless the scanner finds something in it', async () => {
    expect(await outcomeOf(SEVEN_ZIP)).toEqual(['UNSCANNABLE', 'ARCHIVE_SCANNER_ONLY']);
    const { version } = granted(await admin.current());
    granted(
      await admin.update({
        expectedVersion: version,
        reason: 'Our suppliers send 7z.',
        rules: { findingActions: [{ code: 'ARCHIVE_SCANNER_ONLY', action: 'ALLOW' }] },
      }),
    );
    expect(await outcomeOf(SEVEN_ZIP)).toEqual(['CLEAN', null]);
    expect(await outcomeOf(SEVEN_ZIP_OF_VIRUS)).toEqual(['INFECTED', 'MALWARE']);
  });

  it('is not clean, whatever the tenant says, where the scanner cannot look into it', async () => {
    for (const bytes of [SEVEN_ZIP_ENCRYPTED, SEVEN_ZIP_HIDDEN]) {
      expect(await outcomeOf(bytes)).toEqual(['UNSCANNABLE', 'ENCRYPTED_ARCHIVE']);
    }
    expect(await outcomeOf(SEVEN_ZIP_BZIP2_OF_VIRUS)).toEqual(['UNSCANNABLE', 'ARCHIVE_UNSUPPORTED']);
  });
});
