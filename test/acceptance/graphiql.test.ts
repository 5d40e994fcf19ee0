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

  /** Uploads files until one is seen: a subscription begins somewhat after its connection, and tells of nothing before. */
  async function expectLive(name: string): Promise<void> {
    const results = page.locator('.result-window');
    const uploadAndRead = async (): Promise<string> => {
      await uploadFile(product, name);
      await page.waitForTimeout(LIVE_MS);
      return results.innerText();
    };
    await expect.poll(uploadAndRead, { timeout: PAGE_TIMEOUT_MS }).toContain(name);
    await expect.poll(() => results.innerText(), { timeout: PAGE_TIMEOUT_MS }).toContain('CLEAN');
  }

  it('shows the events of the tenant live, over a WebSocket', async () => {
    const socket = page.waitForEvent('websocket');
    await page.click('.graphiql-execute-button');
    expect((await socket).url()).toBe(product.wsUrl);
    await expectLive('live.txt');
    await page.click('.graphiql-execute-button');
  });

  it('shows them over server-sent events as well', async () => {
    await page.getByLabel('Subscriptions over').selectOption('server-sent events');
    const stream = page.waitForRequest(product.sseUrl);
    await page.click('.graphiql-execute-button');
    await stream;
    await expectLive('by-sse.txt');
    await page.click('.graphiql-execute-button');
    await page.getByLabel('Subscriptions over').selectOption('WebSocket');
  });

  it('subscribes with the token among the headers, where there is one', async () => {
    const token = await product.token('globex-viewer');
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
    await page.keyboard.insertText(JSON.stringify({ authorization: `Bearer ${token}` }));
    const sent: string[] = [];
    page.once('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
    // The editor hands on what was written after a moment.
    await page.waitForTimeout(LIVE_MS);
    await page.click('.graphiql-execute-button');
    await expect.poll(() => sent.join(), { timeout: PAGE_TIMEOUT_MS }).toContain(token);
    await page.click('.graphiql-execute-button');
  });

  it('has room for what it shows on a narrow screen', async () => {
    await page.setViewportSize({ width: 400, height: 800 });
    for (const pane of ['.graphiql-query-editor', '.graphiql-response']) {
      const box = await page.locator(pane).boundingBox();
      expect(box?.width).toBeGreaterThan(300);
      expect(box?.height).toBeGreaterThan(150);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(400);
    await page.getByLabel('Show Documentation Explorer').click();
    const docs = page.locator('.graphiql-plugin:has(.graphiql-doc-explorer)');
    await expect.poll(async () => (await docs.boundingBox())?.width).toBeGreaterThan(300);
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
