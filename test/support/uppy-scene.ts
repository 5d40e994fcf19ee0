import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import type { Product } from './product.js';
import { ask } from './tus-scene.js';

/** What the service says of an upload. */
export interface SeenUpload {
  readonly id: string;
  readonly state: string;
  readonly sha256: string | null;
  readonly upload: { readonly receivedBytes: number; readonly parts: readonly { partNumber: number }[] };
}

/** One page of the example, in a context of its own. */
export interface UppyScene {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Puts the files of these paths into the Dashboard and begins to send them. */
  send(...paths: readonly string[]): Promise<void>;
  /** Presses a round button of the status bar. */
  press(button: 'Pause' | 'Resume' | 'Cancel'): Promise<void>;
  /** Waits until the page shows a file in a state; answers the text of it. */
  shows(name: string, state: string): Promise<string>;
  /** URLs to which bytes were sent and taken. */
  readonly taken: readonly string[];
  /** What was taken twice: parts by number, bytes by their offset. */
  takenAgain(): readonly string[];
  /** What the browser calls an error. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

const TIMEOUT_MS = 90_000;

/** Opens a page of the example. */
export async function openUppy(browser: Browser, url: string): Promise<UppyScene> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const requests: Request[] = [];
  const complaints: string[] = [];
  page.on('response', (response) => {
    const request = response.request();
    const carriesBytes = request.method() === 'PATCH' || /\/parts\/|partNumber=/u.test(request.url());
    if (carriesBytes && request.method() !== 'OPTIONS' && response.ok()) requests.push(request);
  });
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return {
    page,
    context,
    get taken() {
      return requests.map((request) => request.url());
    },
    takenAgain: () => {
      const pieces = requests.map(pieceOf);
      return pieces.filter((piece, index) => pieces.indexOf(piece) !== index);
    },
    complaints,
    send: async (...paths) => {
      await page
        .locator('.uppy-Dashboard-input')
        .first()
        .setInputFiles([...paths]);
      await page.locator('.uppy-StatusBar-actionBtn--upload').click();
    },
    press: (button) => page.locator(`.uppy-StatusBar-actionCircleBtn[aria-label="${button}"]`).click(),
    shows: async (name, state) => {
      const item = page.locator(`#files li[data-state="${state}"]`, { hasText: name });
      await item.waitFor();
      return item.innerText();
    },
    close: () => context.close(),
  };
}

/** Which piece of its file a request carried. */
function pieceOf(request: Request): string {
  const token = /\/parts\/[^.]+\.([^.]+)/u.exec(request.url())?.[1];
  if (token === undefined) return `offset ${request.headers()['upload-offset'] ?? ''}`;
  const grant = JSON.parse(Buffer.from(token, 'base64url').toString()) as { file: string; part: number };
  return `part ${grant.part} of ${grant.file}`;
}

/** What the service knows under a name. */
export async function uploadNamed(
  product: Product,
  token: string,
  name: string,
): Promise<SeenUpload | undefined> {
  const query = `query F($name: String!) {
    files(filter: { nameContains: $name }, first: 1) {
      edges { node { id state sha256 upload { receivedBytes parts { partNumber } } } }
    }
  }`;
  const { files } = await ask<{ files: { edges: { node: SeenUpload }[] } }>(product, token, query, { name });
  return files.edges[0]?.node;
}

/** Waits until so many parts of an upload have arrived. */
export async function waitForParts(product: Product, name: string, parts: number): Promise<void> {
  const token = await product.token('acme-uploader');
  const arrived = async (): Promise<number> =>
    (await uploadNamed(product, token, name))?.upload.parts.length ?? 0;
  await expect.poll(arrived, { timeout: TIMEOUT_MS, interval: 50 }).toBeGreaterThanOrEqual(parts);
}

/** 64 hexadecimal digits. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
