import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startBrowser } from '../support/browser.js';
import { serveExamples, type ExamplePages } from '../support/example-page.js';
import { startProduct, type Product } from '../support/product.js';

const FILES = 24;
/** One at a time; the end of one may be told after the beginning of the next. */
const STREAMS = 2;

describe('a page that many files are chosen on, over HTTP/1.1 and where no WebSocket comes through', () => {
  let product: Product;
  let pages: ExamplePages;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    pages = await serveExamples(['plain']);
    const env = { LAZARET_ALLOWED_ORIGINS: pages.origin };
    product = await startProduct({ services: inject('services'), env });
    browser = await startBrowser();
    page = await browser.newPage();
    await page.routeWebSocket('**/graphql', (socket) => socket.close());
  });
  afterAll(async () => {
    await browser.close();
    await product.stop();
    await pages.close();
  });

  it('sends all of them, and keeps its connections for more than streams', { timeout: 180_000 }, async () => {
    const open = new Set<unknown>();
    let mostOpen = 0;
    page.on('request', (request) => {
      if (!request.url().endsWith('/stream')) return;
      open.add(request);
      mostOpen = Math.max(mostOpen, open.size);
    });
    page.on('requestfinished', (request) => open.delete(request));
    page.on('requestfailed', (request) => open.delete(request));
    await page.goto(`${pages.origin}/plain/?service=${encodeURIComponent(product.url)}`);
    const files = Array.from({ length: FILES }, (_, index) => {
      return { name: `${index}-${randomUUID()}.txt`, mimeType: 'text/plain', buffer: Buffer.from('many') };
    });
    await page.setInputFiles('input[type=file]', files);
    const clean = page.locator('.upload[data-phase=ended][data-stage=CLEAN]');
    await expect.poll(() => clean.count(), { timeout: 170_000, interval: 200 }).toBe(FILES);
    expect(mostOpen).toBeLessThanOrEqual(STREAMS);
  });
});
