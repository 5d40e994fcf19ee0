import { expect, it } from 'vitest';
import type { Product } from '../support/product.js';
import { onSharedProduct } from '../support/shared-product.js';

let product: Product;

onSharedProduct((shared) => {
  product = shared;
});

const viewer = async (url: string, token: string): Promise<unknown> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ viewer { subject tenant { slug } } }' }),
  });
  return response.json();
};

it('every API process accepts the tokens of the one issuer', async () => {
  const token = await product.token('acme-viewer');
  const urls = [product.url, ...product.otherApis.map(({ url }) => url)];
  for (const url of urls) {
    expect(await viewer(url, token)).toEqual({
      data: { viewer: { subject: 'acme-viewer', tenant: { slug: 'acme' } } },
    });
  }
});

it('a token outlives the API process that was killed without a word', async () => {
  const token = await product.token('globex-admin');
  const before = product.api.pid();
  await product.api.kill9();
  await expect(fetch(`${product.url}/livez`)).rejects.toThrow();
  await product.api.restart();
  expect(product.api.pid()).not.toBe(before);
  expect(await viewer(product.url, token)).toMatchObject({
    data: { viewer: { tenant: { slug: 'globex' } } },
  });
});

it('the worker tells its own metrics', async () => {
  expect(await (await fetch(product.workerMetricsUrl)).text()).toContain('process_resident_memory_bytes');
});
