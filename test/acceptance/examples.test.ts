import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startBrowser } from '../support/browser.js';
import { serveExamples, type ExamplePages } from '../support/example-page.js';
import { proofOf } from '../support/prove.js';
import { startProduct, type Product } from '../support/product.js';

const MIB = 1024 * 1024;
const SIZE_BYTES = 11 * MIB + 17;
const PART_COUNT = 3;
const PAGE_TIMEOUT_MS = 60_000;
const POLL = { timeout: PAGE_TIMEOUT_MS, interval: 100 };

const CHALLENGE = 'ab'.repeat(32);

interface PageWorker {
  onmessage: (event: { readonly data: { readonly id: number; readonly digest: string } }) => void;
  readonly postMessage: (question: object) => void;
}

/** Runs in the page: the SHA-256 and the proof of so many equal bytes, from the worker of the client. */
function askWorker([sizeBytes, challenge, blockSizeBytes]: readonly [number, string, number]): Promise<
  string[]
> {
  const { Worker } = globalThis as unknown as { Worker: new (url: string, options: object) => PageWorker };
  const worker = new Worker('hash-worker.js', { type: 'module' });
  const blob = new Blob([new Uint8Array(sizeBytes).fill(7)]);
  const answers: string[] = [];
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      answers[data.id] = data.digest;
      if (answers.filter(Boolean).length === 2) resolve(answers);
    };
    worker.postMessage({ id: 0, blob });
    worker.postMessage({ id: 1, blob, proof: { challenge, blockSizeBytes } });
  });
}

interface Seen {
  readonly id: string;
  readonly state: string;
  readonly sha256: string | null;
  readonly upload: { readonly missingPartNumbers: readonly number[] };
}

const EXAMPLES = ['plain', 'react'];

let product: Product;
let token: string;
let pages: ExamplePages;
let browser: Browser;
let directory: string;

beforeAll(async () => {
  pages = await serveExamples(EXAMPLES);
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-example-'));
  product = await startProduct({
    services: inject('services'),
    env: { LAZARET_ALLOWED_ORIGINS: pages.origin },
  });
  token = await product.token('acme-uploader');
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await product.stop();
  await pages.close();
  await rm(directory, { recursive: true, force: true });
});

describe.each(EXAMPLES)('the example %s, in a browser and on an origin of its own', (example) => {
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 900, height: 700 } });
    page = await context.newPage();
    page.setDefaultTimeout(PAGE_TIMEOUT_MS);
    complaints.length = 0;
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(`${pages.origin}/${example}/?service=${encodeURIComponent(product.url)}`);
  });
  afterEach(() => context.close());

  /** A file of random bytes whose name nobody has sent before. */
  async function makeFile(
    stem: string,
  ): Promise<{ readonly name: string; readonly file: string; readonly sha256: string }> {
    const name = `${stem}-${randomUUID()}.bin`;
    const bytes = randomBytes(SIZE_BYTES);
    const file = path.join(directory, name);
    await writeFile(file, bytes);
    return { name, file, sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  const choose = (file: string): Promise<void> => page.setInputFiles('input[type=file]', file);
  const progress = (): Promise<number> =>
    page
      .locator('.upload[data-phase=sending] progress')
      .evaluate((bar: { readonly value?: number }) => bar.value ?? 0);
  const status = (): Promise<string> => page.locator('.upload .status').first().innerText();

  /** All uploads with this name, as the service knows them. */
  async function seen(name: string): Promise<Seen[]> {
    const query = `query ($name: String!) { files(filter: { nameContains: $name }) { edges { node {
      id state sha256 upload { missingPartNumbers } } } } }`;
    const response = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query, variables: { name } }),
    });
    const { data } = (await response.json()) as { data: { files: { edges: { node: Seen }[] } } };
    return data.files.edges.map(({ node }) => node);
  }

  /** Lets so many parts through and holds the others. */
  async function holdPartsAfter(count: number): Promise<Route[]> {
    const held: Route[] = [];
    let passed = 0;
    await page.route('**/parts/**', async (route) => {
      if (route.request().method() !== 'PUT' || (passed += 1) <= count) await route.continue();
      else held.push(route);
    });
    return held;
  }

  it('sends a file with progress and shows its verdict', async () => {
    const { name, file, sha256 } = await makeFile('progress');
    const held = await holdPartsAfter(1);
    await choose(file);
    await expect.poll(progress, POLL).toBeGreaterThan(0);
    const early = await progress();
    await expect.poll(() => held.length, POLL).toBeGreaterThan(0);
    await held.shift()?.continue();
    await expect.poll(progress, POLL).toBeGreaterThan(early);
    expect(await progress()).toBeLessThan(1);
    await page.unrouteAll();
    await expect.poll(status, POLL).toBe('Clean');
    expect(await seen(name)).toMatchObject([{ state: 'CLEAN', sha256 }]);
    expect(complaints).toEqual([]);
  });

  it('hashes and proves possession in its worker as the service does', async () => {
    const digests = await page.evaluate(askWorker, [9_000_000, CHALLENGE, 4 * MIB] as const);
    const bytes = Buffer.alloc(9_000_000, 7);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(digests).toEqual([sha256, proofOf(CHALLENGE, bytes)]);
  });

  it('goes on where it was when the page is reloaded in the middle', async () => {
    const { name, file, sha256 } = await makeFile('reloaded');
    await holdPartsAfter(1);
    await choose(file);
    const missing = async (): Promise<number> =>
      (await seen(name))[0]?.upload.missingPartNumbers.length ?? -1;
    await expect.poll(missing, POLL).toBe(PART_COUNT - 1);

    await page.reload();
    await page.unrouteAll();
    const puts: string[] = [];
    page.on('request', (request) => request.method() === 'PUT' && puts.push(request.url()));
    if (example === 'plain') await page.getByText(`Not finished: ${name}`).waitFor();
    await choose(file);
    await expect.poll(status, POLL).toBe('Clean');
    expect(puts).toHaveLength(PART_COUNT - 1);
    expect(await seen(name)).toMatchObject([{ state: 'CLEAN', sha256 }]);
  });

  it('waits while the device is offline, and goes on by itself', async () => {
    const { name, file, sha256 } = await makeFile('offline');
    const held = await holdPartsAfter(1);
    await choose(file);
    await expect.poll(() => held.length, POLL).toBeGreaterThan(0);

    await context.setOffline(true);
    await Promise.all(held.map((route) => route.abort('internetdisconnected')));
    await page.unrouteAll();
    await expect.poll(status, POLL).toMatch(/^Waiting: /);
    await context.setOffline(false);
    await expect.poll(status, POLL).toBe('Clean');
    expect(await seen(name)).toMatchObject([{ state: 'CLEAN', sha256 }]);
  });
});
