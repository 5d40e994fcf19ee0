import type { Product } from '../product.js';
import type { LiveSource } from '../watch-live.js';
import type { Headers } from './steps.js';

const TOKEN_LIFE_MS = 8 * 60_000;
const USER = 'acme-admin';

/** Headers of a user of the first tenant; the token is renewed long before it ends. */
export function headersOf(product: Product): () => Promise<Headers> {
  let fetched: { readonly headers: Promise<Headers>; readonly atMs: number } | undefined;
  return () => {
    if (!fetched || performance.now() - fetched.atMs > TOKEN_LIFE_MS) {
      const headers = product.token(USER).then((token) => ({ authorization: `Bearer ${token}` }));
      fetched = { headers, atMs: performance.now() };
    }
    return fetched.headers;
  };
}

/** Every process of the product, as the same user subscribes to it. */
export const toSources = (product: Product) => async (): Promise<readonly LiveSource[]> => {
  const token = await product.token(USER);
  return [product, ...product.otherApis].map(({ url }, index) => ({
    transport: index % 2 === 0 ? 'ws' : 'sse',
    url,
    token,
  }));
};
