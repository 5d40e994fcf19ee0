import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { createApiClient, granted, type ApiClient } from '../support/api-client.js';
import { startPgBouncer, type PgBouncer } from '../support/pgbouncer.js';
import { startProduct, type Product } from '../support/product.js';
import { sendFile, sha256, untilDecided } from '../support/send-file.js';
import { watchEvents } from '../support/watch-live.js';

const PART_BYTES = 5 * 1024 * 1024;
const bouncers: PgBouncer[] = [];
let product: Product;
let admin: ApiClient;
beforeAll(async () => {
  product = await startProduct({
    services: inject('services'),
    env: { LAZARET_DATABASE_POOL: '1', LAZARET_DATABASE_PREPARE: 'off' },
    lineToDatabase: async (url) => {
      const bouncer = await startPgBouncer(url, 1);
      bouncers.push(bouncer);
      return bouncer.url;
    },
  });
  admin = createApiClient(product.url, await product.token('acme-admin'));
});
afterAll(async () => {
  await product.stop();
  for (const bouncer of bouncers) await bouncer.stop();
});

it('through PgBouncer in transaction mode, with one connection for each process, files go in, are seen live and come out', async () => {
  const events = watchEvents({ transport: 'ws', url: product.url, token: admin.token });
  const files = Array.from({ length: 6 }, () => randomBytes(PART_BYTES + 77));
  const sent = await Promise.all(
    files.map((bytes) => sendFile(admin, bytes, { partSizeBytes: PART_BYTES, sha256: sha256(bytes) })),
  );
  for (const [index, { id }] of sent.entries()) {
    expect(await untilDecided(admin, id)).toMatchObject({ state: 'CLEAN' });
    await events.until(({ file, to }) => file.id === id && to === 'CLEAN');
    const { url } = granted(await admin.createDownloadUrl({ fileId: id }));
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(bytes.equals(files[index] ?? Buffer.alloc(0))).toBe(true);
  }
  events.stop();
});
