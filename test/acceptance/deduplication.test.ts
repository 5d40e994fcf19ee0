import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  createApiClient,
  FILE_FIELDS,
  granted,
  type ApiClient,
  type FileView,
} from '../support/api-client.js';
import { startProduct, type Product } from '../support/product.js';
import { proofOf } from '../support/prove.js';
import { readMetrics } from '../support/read-metrics.js';
import { sendFile, untilDecided } from '../support/send-file.js';

/** How often a client asks again that knows that the bytes are stored, on a machine too busy to compare in time. */
const MAX_TRIES = 10;

const ASK = `mutation ($input: ChallengePossessionInput!) {
  answer: challengePossession(input: $input) { challenge blockSizeBytes expiresAt } }`;
const PROVE = `mutation ($input: ProvePossessionInput!) {
  answer: provePossession(input: $input) { outcome file { ${FILE_FIELDS} } } }`;

interface Proven {
  readonly outcome: string;
  readonly file: FileView | null;
}

describe.each(['filesystem', 's3'] as const)('the same content again, with the store on %s', (store) => {
  let product: Product;
  let acme: ApiClient;
  let other: ApiClient;
  let globex: ApiClient;
  beforeAll(async () => {
    product = await startProduct({ services: inject('services'), store, apis: 2 });
    acme = createApiClient(product.url, await product.token('acme-admin'));
    other = createApiClient(product.otherApis[0]?.url ?? '', await product.token('acme-admin'));
    globex = createApiClient(product.url, await product.token('globex-admin'));
  });
  afterAll(() => product.stop());

  const upload = async (client: ApiClient, bytes: Buffer): Promise<FileView> =>
    untilDecided(client, (await sendFile(client, bytes)).id);
  const download = async (client: ApiClient, fileId: string): Promise<Buffer | string> => {
    const wanted = await client.createDownloadUrl({ fileId });
    if (!wanted.ok) return wanted.error.extensions.code;
    return Buffer.from(await (await fetch(wanted.value.url)).arrayBuffer());
  };
  /** Compared as a whole: matchers look at megabytes one by one. */
  const expectServed = async (client: ApiClient, fileId: string, bytes: Buffer): Promise<void> => {
    const served = await download(client, fileId);
    expect(Buffer.isBuffer(served) ? bytes.equals(served) : served).toBe(true);
  };
  const prove = async (
    client: ApiClient,
    answering: ApiClient,
    bytes: Buffer,
    name = 'by-proof.bin',
  ): Promise<Proven> => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const asked = await client.ask<{ challenge: string }>(ASK, {
      input: { sha256, sizeBytes: bytes.length },
    });
    const { challenge } = granted(asked);
    const input = { challenge, proof: proofOf(challenge, bytes), name };
    return granted(await answering.ask<Proven>(PROVE, { input }));
  };
  const proveForSure = async (bytes: Buffer): Promise<FileView> => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const { file } = await prove(acme, other, bytes);
      if (file) return file;
    }
    throw new Error('The bytes are stored, and were asked for again and again.');
  };
  const countStored = async (): Promise<number> => {
    const vault = path.join(product.dataDirectory, 'objects', 'vault');
    return (await readdir(vault, { recursive: true })).filter((name) => name.endsWith('.bytes')).length;
  };

  it('is stored once for a tenant and served until the last file of it is deleted', async () => {
    const bytes = randomBytes(300_000);
    const first = await upload(acme, bytes);
    const [second, third] = await Promise.all([upload(acme, bytes), upload(other, bytes)]);
    const foreign = await upload(globex, bytes);
    for (const file of [first, second, third, foreign]) expect(file.state).toBe('CLEAN');
    if (store === 'filesystem') await expect.poll(countStored, { timeout: 30_000 }).toBe(2);
    for (const { id } of [first, second]) {
      granted(await acme.deleteFile({ fileId: id }));
      await expectServed(acme, third.id, bytes);
      expect(await download(acme, id)).toBe('FILE_NOT_AVAILABLE');
    }
    granted(await acme.deleteFile({ fileId: third.id }));
    if (store === 'filesystem') await expect.poll(countStored, { timeout: 30_000 }).toBe(1);
    await expectServed(globex, foreign.id, bytes);
    const metrics = await readMetrics(product.workerMetricsUrl);
    expect(metrics.valueOf('deduplicated_bytes_total', { way: 'inspection' })).toBe(600_000);
    expect(metrics.valueOf('known_bytes_total')).toBe(600_000);
  });

  it('need not be sent by who proves to hold it, and by nobody else', async () => {
    const bytes = randomBytes(5_000_000);
    const before = await upload(acme, bytes);
    const file = await proveForSure(bytes);
    expect(file).toMatchObject({ state: 'CLEAN', sha256: before.sha256, name: 'by-proof.bin' });
    expect(file.upload).toMatchObject({ receivedBytes: bytes.length, missingPartNumbers: [] });
    granted(await acme.deleteFile({ fileId: before.id }));
    await expectServed(other, file.id, bytes);
    expect(await prove(globex, globex, bytes)).toEqual({ outcome: 'SEND_BYTES', file: null });
    expect(await prove(acme, acme, randomBytes(1_000))).toEqual({ outcome: 'SEND_BYTES', file: null });
    // Nobody has looked whether the same bytes are what such a name says.
    expect(await prove(acme, acme, bytes, 'proof.pdf')).toEqual({ outcome: 'SEND_BYTES', file: null });
  });
});
