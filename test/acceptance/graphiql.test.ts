import type { Browser, Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { startBrowser } from '../support/browser.js';
import { UploadFileDocument } from '../support/generated/graphql.js';
import type { Product } from '../support/product.js';
import { onSharedProduct } from '../support/shared-product.js';
import { print } from 'graphql';

const PAGE_TIMEOUT_MS = 60_000;
/** How long an event may take to be seen before another one is sent. */
const LIVE_MS = 2_000;

describe('GraphiQL in a browser', () => {
  let product: Product;
  let browser: Browser;
  let page: Page;
  const origins = new Set<string>();
  const complaints: string[] = [];

  onSharedProduct(async (shared) => {
    product = shared;
    browser = await startBrowser();
    page = await browser.newPage({ viewport: { width: 1400, height: 850 } });
    page.setDefaultTimeout(PAGE_TIMEOUT_MS);
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(`${product.url}/graphql`, { waitUntil: 'load' });
    await page.waitForSelector('.graphiql-container');
  });

  afterAll(() => browser.close());

  it('shows the events of the tenant live, over a WebSocket', async () => {
    const socket = page.waitForEvent('websocket');
    await page.click('.graphiql-execute-button');
    expect((await socket).url()).toBe(product.wsUrl);
    const results = page.locator('.result-window');
    // The subscription begins somewhat after the socket does: what comes before it is not shown.
    const uploadAndRead = async (): Promise<string> => {
      await uploadFile(product, 'seen-live.txt');
      await page.waitForTimeout(LIVE_MS);
      return results.innerText();
    };
    await expect.poll(uploadAndRead, { timeout: PAGE_TIMEOUT_MS }).toMatch(/seen-live\.txt/u);
    await expect.poll(() => results.innerText(), { timeout: PAGE_TIMEOUT_MS }).toContain('CLEAN');
  });

  it('comes from the service alone and has nothing to complain about', () => {
    expect([...origins].filter((origin) => origin !== 'null')).toEqual([product.url]);
    expect(complaints).toEqual([]);
  });
});

async function uploadFile(product: Product, name: string): Promise<void> {
  const form = new FormData();
  const operation = { query: print(UploadFileDocument), variables: { file: null, input: {} } };
  form.append('operations', JSON.stringify(operation));
  form.append('map', JSON.stringify({ 0: ['variables.file'] }));
  form.append('0', new Blob(['hello']), name);
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await product.token('acme-uploader')}`,
      'apollo-require-preflight': 'true',
    },
    body: form,
  });
  expect(await response.json()).toMatchObject({ data: { uploadFile: { file: { name } } } });
}
