import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMetrics } from '../support/read-metrics.js';
import type { Product } from '../support/product.js';
import { onSharedProduct } from '../support/shared-product.js';
import { beginUpload, expectClean } from '../support/tus-scene.js';

const MIB = 1024 * 1024;

describe('tus-js-client, with a disk that loses what it has', () => {
  let product: Product;
  let token: string;
  onSharedProduct(async (shared) => {
    product = shared;
    token = await product.token('acme-uploader');
  });

  /** Removes what lies on the disk of one upload below a directory of its tenant; its id ends its URL. */
  const lose = async (url: string | null, below: 'fragments' | ''): Promise<void> => {
    const id = url?.split('/').at(-1) ?? 'none';
    const root = path.join(product.dataDirectory, 'objects', 'ingest');
    const found: string[] = [];
    for (const tenant of await readdir(root)) {
      const directory = path.join(root, tenant, below);
      const names = await readdir(directory).catch(() => []);
      found.push(...names.filter((name) => name.startsWith(id)).map((name) => path.join(directory, name)));
    }
    expect(found).toHaveLength(1);
    for (const name of found) await rm(name, { recursive: true });
  };
  const countOf = async (metric: string): Promise<number> =>
    (await readMetrics(product.metricsUrl)).valueOf(metric) ?? 0;

  it('sends the beginning of a part again', async () => {
    const bytes = randomBytes(12 * MIB);
    const before = await countOf('lost_fragments_total');
    let isLost = false;
    const { upload, done } = beginUpload(product, token, bytes, {
      chunkSize: 1_000_000,
      onBeforeRequest: async (request) => {
        if (request.getMethod() !== 'PATCH' || request.getHeader('Upload-Offset') !== '3000000') return;
        if (!isLost) await lose(upload.url, 'fragments');
        isLost = true;
      },
    });
    await expectClean(product, token, await done, bytes);
    expect(isLost).toBe(true);
    expect(await countOf('lost_fragments_total')).toBe(before + 1);
  });

  it('sends one of several uploads again that are to be put together', async () => {
    const bytes = randomBytes(6 * MIB + 1);
    const before = await countOf('lost_uploads_total');
    const partials: string[] = [];
    let finals = 0;
    const { done } = beginUpload(product, token, bytes, {
      parallelUploads: 3,
      onBeforeRequest: async (request) => {
        const concat = request.getHeader('Upload-Concat') ?? '';
        if (!concat.startsWith('final;')) return;
        finals += 1;
        partials.push(...concat.slice('final;'.length).split(' '));
        if (finals === 1) await lose(partials[1] ?? null, '');
      },
    });
    await expectClean(product, token, await done, bytes);
    expect(finals).toBe(2);
    expect(await countOf('lost_uploads_total')).toBe(before + 1);
    const [one, , three, again, other, last] = partials;
    expect([again, last]).toEqual([one, three]);
    expect(other).not.toBe(partials[1]);
  });
});
