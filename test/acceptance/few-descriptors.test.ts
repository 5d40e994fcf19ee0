import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import { startProduct, type Product } from '../support/product.js';
import { createTusUpload, offsetOf, tusCalls, type TusCall } from '../support/tus-calls.js';
import { beginUpload, expectClean } from '../support/tus-scene.js';

const MIB = 1024 * 1024;
/** How many uploads want a file, a second one for direct writes, and a connection each. */
const UPLOADS = 24;

const run = promisify(execFile);

describe.each(['filesystem', 's3'] as const)('an API with hardly any descriptors, store: %s', (store) => {
  let product: Product;
  let token: string;
  let client: ApiClient;
  let call: TusCall;
  let usual: string;
  const pid = (): string => String(product.api.pid());
  beforeAll(async () => {
    product = await startProduct({ services: inject('services'), store });
    token = await product.token('acme-uploader');
    client = createApiClient(product.url, token);
    call = tusCalls(product.url, token);
    const columns = ['--pid', pid(), '--nofile', '--output', 'SOFT', '--noheadings'];
    usual = (await run('prlimit', columns)).stdout.trim();
  });
  afterAll(() => product.stop());

  const descriptors = async (): Promise<string[]> => {
    const directory = `/proc/${pid()}/fd`;
    const names = await readdir(directory);
    return Promise.all(names.map((name) => readlink(path.join(directory, name)).catch(() => '')));
  };
  /** Those of uploads and objects; connections are kept for a while. */
  const files = async (): Promise<string[]> =>
    (await descriptors()).filter((target) => target.startsWith(product.dataDirectory)).sort();
  const limitTo = (soft: string): Promise<unknown> => run('prlimit', ['--pid', pid(), `--nofile=${soft}:`]);

  it.each([
    ['for connections', 4],
    ['for all files', UPLOADS + 8],
  ])(
    'asks to come again where there are none %s, keeps what it has, and recovers',
    async (_what, left) => {
      const bytes = randomBytes(3 * MIB);
      // What is kept open for good is open after this.
      await expectClean(product, token, await beginUpload(product, token, bytes).done, bytes);
      const uploads: string[] = [];
      while (uploads.length < UPLOADS) uploads.push(await createTusUpload(call, bytes.length));
      const before = await files();
      await limitTo(String((await descriptors()).length + left));
      const append = (upload: string): Promise<number> =>
        call('PATCH', upload, { 'upload-offset': '0' }, bytes.subarray(0, 2 * MIB)).then(
          async ({ status }) => status,
          () => 0,
        );
      const statuses = await Promise.all(uploads.map(append));
      const form = await client.uploadFile(bytes, { name: 'form.bin' }).catch(() => undefined);
      await limitTo(usual);
      console.info(
        `answers: ${[...new Set(statuses)].sort().join(', ')}; form: ${JSON.stringify(form ?? null).slice(0, 120)}`,
      );
      expect(new Set(statuses).difference(new Set([0, 204, 423, 503]))).toEqual(new Set());
      expect(statuses.filter((status) => status === 204).length).toBeLessThanOrEqual(left);
      for (const [index, upload] of uploads.entries()) {
        const offset = await offsetOf(call, upload);
        if (statuses[index] === 204) expect(offset).toBe(2 * MIB);
        await beginUpload(product, token, bytes, { uploadUrl: `${product.url}${upload}` }).done;
        await expectClean(product, token, upload, bytes);
      }
      granted(await client.uploadFile(bytes, { name: 'form.bin' }));
      await expect.poll(files, { timeout: 20_000 }).toEqual(before);
    },
    120_000,
  );
});
