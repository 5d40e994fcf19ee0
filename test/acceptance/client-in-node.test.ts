import { createHash, randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  clientCredentials,
  createUploadClient,
  fileResumeStore,
  type UploadClient,
  type UploadSnapshot,
} from '../../client/src/node.js';
import { createChance } from '../support/crash/chance.js';
import { startLossyProxy, type Mishap } from '../support/lossy-proxy.js';
import type { Product } from '../support/product.js';
import { onSharedProduct } from '../support/shared-product.js';

const MIB = 1024 * 1024;
/** A busy machine may take long to start a process again. */
const PATIENT = { retries: 30, initialDelayMs: 100, maxDelayMs: 2_000 };

let product: Product;
let directory: string;
/** Of the uploads of one test. */
let stateDirectory: string;

onSharedProduct(async (shared) => {
  directory = await mkdtemp(path.join(tmpdir(), 'lazaret-client-'));
  product = shared;
});
beforeEach(async () => {
  stateDirectory = await mkdtemp(path.join(directory, 'state-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function makeFile(name: string, sizeBytes: number): Promise<{ file: string; sha256: string }> {
  const bytes = randomBytes(sizeBytes);
  const file = path.join(directory, name);
  await writeFile(file, bytes);
  return { file, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function open(url: string): UploadClient<string | Blob> {
  const credentials = { clientId: 'acme-uploader', clientSecret: 'acme-uploader' };
  return createUploadClient({
    url,
    getToken: clientCredentials({ ...credentials, tokenUrl: `${product.url}/oauth/token` }),
    store: fileResumeStore(stateDirectory),
    retry: PATIENT,
  });
}

/** Resolves at the first snapshot that fits. */
const reached = (
  upload: { subscribe: (listener: (snapshot: UploadSnapshot) => void) => () => void },
  fits: (snapshot: UploadSnapshot) => boolean,
): Promise<void> =>
  new Promise((resolve) => {
    const end = upload.subscribe((snapshot) => {
      if (!fits(snapshot)) return;
      end();
      resolve();
    });
  });

describe('the client library in Node', () => {
  it(
    'goes on by itself when the API is killed in the middle and comes back',
    { timeout: 180_000 },
    async () => {
      const sizeBytes = 12 * MIB;
      const { file, sha256 } = await makeFile('killed.bin', sizeBytes);
      const client = open(product.url);
      const upload = client.upload(file, { maxParallel: 2 });
      await reached(upload, ({ receivedBytes }) => receivedBytes > 0);
      await product.api.kill9();
      await product.api.restart();
      expect(await upload.result).toMatchObject({ state: 'CLEAN', sha256 });
      expect(upload.snapshot()).toMatchObject({
        phase: 'ended',
        sentBytes: sizeBytes,
        receivedBytes: sizeBytes,
      });
      await client.close();
    },
  );

  it('goes on in another process with what the service says is missing, and sends nothing twice', async () => {
    const { file, sha256 } = await makeFile('stopped.bin', 12 * MIB);
    const first = open(product.url);
    const stop = new AbortController();
    const begun = first.upload(file, { maxParallel: 1, signal: stop.signal });
    await reached(begun, ({ receivedBytes }) => receivedBytes > 0);
    stop.abort();
    await expect(begun.result).rejects.toMatchObject({ name: 'AbortError' });
    await first.close();

    const second = open(product.url);
    expect(await second.unfinished()).toMatchObject([{ fileId: begun.snapshot().fileId }]);
    const sent: number[] = [];
    const upload = second.upload(file, {
      onProgress: ({ phase, sentBytes }) => phase === 'sending' && sent.push(sentBytes),
    });
    expect(await upload.result).toMatchObject({ id: begun.snapshot().fileId, state: 'CLEAN', sha256 });
    expect(sent[0]).toBeGreaterThanOrEqual(5 * MIB);
    expect(await second.unfinished()).toEqual([]);
    expect(await readdir(stateDirectory)).toEqual([]);
    await second.close();
  });

  it('begins anew when the file was altered under the same name', async () => {
    const { file } = await makeFile('altered.bin', 12 * MIB);
    const first = open(product.url);
    const stop = new AbortController();
    const begun = first.upload(file, { maxParallel: 1, signal: stop.signal });
    await reached(begun, ({ receivedBytes }) => receivedBytes > 0);
    stop.abort();
    await expect(begun.result).rejects.toMatchObject({ name: 'AbortError' });
    const { sha256 } = await makeFile('altered.bin', 12 * MIB);
    const { fileId } = begun.snapshot();
    await expect(first.upload(file, { fileId }).result).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    const upload = first.upload(file);
    expect(await upload.result).toMatchObject({ state: 'CLEAN', sha256 });
    expect(upload.snapshot().fileId).not.toBe(fileId);
    await first.close();
  });

  it('pauses, and resumes with what is missing', async () => {
    const { file, sha256 } = await makeFile('paused.bin', 12 * MIB);
    const client = open(product.url);
    const upload = client.upload(file, { maxParallel: 1 });
    await reached(upload, ({ receivedBytes }) => receivedBytes > 0);
    upload.pause();
    await reached(upload, ({ phase }) => phase === 'paused');
    upload.resume();
    expect(await upload.result).toMatchObject({ state: 'CLEAN', sha256 });
    await client.close();
  });

  it('forgets a cancelled upload, here and at the service', async () => {
    const { file } = await makeFile('cancelled.bin', 12 * MIB);
    // One part comes in and no other one, so that the upload cannot be complete before it is cancelled.
    let parts = 0;
    const decide = (method: string): Mishap | undefined =>
      method === 'PUT' && (parts += 1) > 1 ? 'busy' : undefined;
    const proxy = await startLossyProxy({ target: product.url, decide });
    const client = open(proxy.url);
    const upload = client.upload(file, { maxParallel: 1 });
    await reached(upload, ({ receivedBytes }) => receivedBytes > 0);
    await upload.cancel();
    await expect(upload.result).rejects.toMatchObject({ name: 'AbortError' });
    expect(upload.snapshot().phase).toBe('cancelled');
    expect(await client.unfinished()).toEqual([]);
    const again = client.upload(file, { fileId: upload.snapshot().fileId });
    expect(await again.result).toMatchObject({ state: 'CANCELLED' });
    await client.close();
    await proxy.close();
  });

  it('brings exact bytes through a network that drops connections, loses answers and is busy', async () => {
    const seed = String(randomInt(2 ** 31));
    console.info(`seed ${seed}`);
    const chance = createChance(seed);
    const decide = (): Mishap | undefined =>
      chance.isLucky(0.25) ? chance.pick(['drop', 'drop-halfway', 'lose-answer', 'busy']) : undefined;
    const proxy = await startLossyProxy({ target: product.url, decide });
    const client = open(proxy.url);
    const { file, sha256 } = await makeFile('lossy.bin', 21 * MIB + 1);
    try {
      const upload = client.upload(file, { declareSha256: true });
      expect(await upload.result, `seed ${seed}`).toMatchObject({ state: 'CLEAN', sha256 });
      expect(upload.snapshot().sentBytes).toBe(21 * MIB + 1);
    } finally {
      await client.close();
      await proxy.close();
    }
  });

  it('falls back to server-sent events where no WebSocket comes through', async () => {
    const paths: string[] = [];
    const decide = (_method: string, where: string): undefined => void paths.push(where);
    const proxy = await startLossyProxy({ target: product.url, decide });
    const client = open(proxy.url);
    const upload = client.upload(new Blob(['through a proxy']), { name: 'sse.txt' });
    expect(await upload.result).toMatchObject({ state: 'CLEAN' });
    expect(paths).toContain('/graphql/stream');
    await client.close();
    await proxy.close();
  });
});
