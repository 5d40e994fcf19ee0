import { readFile } from 'node:fs/promises';
import { inject, test } from 'vitest';
import type { ProductProcess } from './control-process.js';
import { startProduct, type Product } from './product.js';
import { noteUse } from './service-users.js';

/** Pages of this origin may use the shared product, and of no other one. */
export const ALLOWED_ORIGIN = 'https://app.example';

/** Vitest stops it when the worker ends, whatever the tests came to. */
const withProduct = test.extend<{ $worker: { product: Product } }>({
  product: [
    async ({}, use) => {
      const services = inject('services');
      const endUse = await noteUse(services.directory);
      const env = { LAZARET_ALLOWED_ORIGINS: ALLOWED_ORIGIN };
      try {
        const product = await startProduct({ services, apis: 2, env });
        await use(product);
        await product.stop();
      } finally {
        await endUse();
      }
    },
    { scope: 'worker' },
  ],
});

/**
 * Hands out the product that all files of a test worker share, because its start costs more than most of them. It has
 * two API processes. Files of a worker run one after the other, so that they may kill a process and start it again. A
 * file needs a product of its own when it changes settings, policies or limits of tenants, kills what the product
 * stands on, or asserts what all of it holds: files of others lie there.
 *
 * @param begin - what else is to be done before the tests
 */
export function onSharedProduct(begin: (product: Product) => Promise<void> | void): void {
  withProduct.beforeAll(async ({ product }) => {
    for (const one of [product.redis, product.api, ...product.otherApis, product.worker]) await mend(one);
    await begin(product);
  });
}

/** A test that failed may have left a process stopped or dead: the next file must not fail of it. */
async function mend(one: ProductProcess): Promise<void> {
  const stat = await readFile(`/proc/${one.pid()}/stat`, 'utf8').catch(() => null);
  if (stat === null) await one.restart();
  else if (/^\d+ \(.*\) T/u.test(stat)) process.kill(one.pid(), 'SIGCONT');
}
