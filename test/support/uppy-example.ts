import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startBrowser } from './browser.js';
import { openLine, type HeldLine } from './held-line.js';
import { type Stops } from './control-process.js';
import { startProduct, type Product, type ProductOptions } from './product.js';
import { startUppyPages } from './uppy-pages.js';
import { openUppy, type UppyScene } from './uppy-scene.js';

/** The example with everything around it. */
export interface UppyExample {
  readonly product: Product;
  /** What the pages reach the API over. */
  readonly line: HeldLine;
  /** Opens a page of the example in a browser. */
  open(page: string): Promise<UppyScene>;
  /** Writes a file that can be picked; answers its path. */
  write(name: string, bytes: Buffer): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a product, the example of Uppy for it, and a browser. */
export async function startUppyExample(
  options: Pick<ProductOptions, 'services' | 'store'>,
): Promise<UppyExample> {
  const stops: Stops = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return { ...(await startAll(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(
  options: Pick<ProductOptions, 'services' | 'store'>,
  stops: Stops,
): Promise<Omit<UppyExample, 'stop'>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lazaret-picked-'));
  stops.push(() => rm(directory, { recursive: true }));
  // The pages and the product must know each other's address before either is there.
  let apiUrl = '';
  const line = await openLine(() => Number(new URL(apiUrl).port));
  stops.push(() => line.close());
  const url = `http://127.0.0.1:${line.port}`;
  const pages = await startUppyPages(url);
  stops.push(() => pages.stop());
  const env = { LAZARET_ALLOWED_ORIGINS: pages.origin, LAZARET_PUBLIC_URL: url };
  const product = await startProduct({ ...options, env });
  apiUrl = product.url;
  stops.push(product.stop);
  const browser = await startBrowser();
  stops.push(() => browser.close());
  return {
    product,
    line,
    open: (page) => openUppy(browser, `${pages.origin}/${page}`),
    write: async (name, bytes) => {
      const written = path.join(directory, name);
      await writeFile(written, bytes);
      return written;
    },
  };
}
