import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient } from '../support/api-client.js';
import { startProduct, type Product } from '../support/product.js';
import { EICAR } from '../support/samples.js';
import { eventually, putPart, sendFile, untilDecided } from '../support/send-file.js';
import { watchProgress } from '../support/watch-live.js';

let product: Product;
let acme: ApiClient;
let globex: ApiClient;
let db: pg.Client;
beforeAll(async () => {
  product = await startProduct({ services: inject('services') });
  acme = createApiClient(product.url, await product.token('acme-admin'));
  globex = createApiClient(product.url, await product.token('globex-admin'));
  db = new pg.Client({ connectionString: product.databaseUrl });
  await db.connect();
});
afterAll(async () => {
  await db.end();
  await product.stop();
});

describe('a quota', () => {
  const usedBytes = async (): Promise<number> => {
    const { rows } = await db.query<{ used: number }>(
      "select used_bytes::float8 as used from tenant_usage join tenants on id = tenant_id where slug = 'globex'",
    );
    return rows[0]?.used ?? NaN;
  };
  const create = (sizeBytes: number): ReturnType<ApiClient['createUpload']> =>
    globex.createUpload({ name: 'claim.bin', sizeBytes });

  it('is never given out twice, however many ask at once', async () => {
    await db.query("update tenants set quota_bytes = 1000 where slug = 'globex'");
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => create(90)));
    const granting = outcomes.filter(({ ok }) => ok);
    expect(granting).toHaveLength(11);
    expect(new Set(outcomes.map(codeOf))).toEqual(new Set([undefined, 'QUOTA_EXCEEDED']));
    expect(await usedBytes()).toBe(990);
    expect(codeOf(await create(11))).toBe('QUOTA_EXCEEDED');
    granted(await create(10));
    expect(codeOf(await globex.uploadFile(Buffer.alloc(1), { name: 'one more' }))).toBe('QUOTA_EXCEEDED');
    expect(await usedBytes()).toBe(1000);
  });

  it('comes back with what is cancelled', async () => {
    const [edge] = granted(await globex.files({ filter: { states: ['PENDING'] }, first: 1 })).edges;
    const fileId = edge?.node.id ?? '';
    granted(await globex.cancelUpload({ fileId }));
    granted(await globex.cancelUpload({ fileId }));
    expect(await usedBytes()).toBe(1000 - (edge?.node.sizeBytes ?? 0));
  });
});

describe('the bytes on disk', () => {
  const filesOf = async (fileId: string): Promise<string[]> => {
    const root = path.join(product.dataDirectory, 'objects');
    try {
      const names = await readdir(root, { recursive: true });
      return names.filter((name) => name.includes(fileId));
    } catch {
      // A directory was removed while it was read, which is no answer yet.
      return filesOf(fileId);
    }
  };
  const untilGone = (fileId: string): Promise<string[]> =>
    eventually(
      () => filesOf(fileId),
      (names) => names.length === 0,
    );

  it('of a clean file are its one sealed copy, and go with it', async () => {
    const { id } = await untilDecided(acme, (await sendFile(acme, Buffer.from('to be deleted'))).id);
    const isSealed = (name: string): boolean => name.startsWith('vault');
    await eventually(
      () => filesOf(id),
      (names) => names.length > 0 && names.every(isSealed),
    );
    granted(await acme.deleteFile({ fileId: id }));
    await untilGone(id);
    expect(granted(await acme.file(id))).toMatchObject({ state: 'DELETED', downloadable: false });
  });

  it('of an infected file are kept out of reach until it is deleted', async () => {
    const { id } = await untilDecided(acme, (await sendFile(acme, EICAR)).id);
    // No row ever names the sealed copy of the attempt; it goes as soon as the verdict is written.
    const sealed = async (): Promise<string[]> =>
      (await filesOf(id)).filter((name) => name.startsWith('vault'));
    await expect.poll(sealed).toEqual([]);
    granted(await acme.deleteFile({ fileId: id }));
    await untilGone(id);
  });

  const openWithPart = async (): Promise<string> => {
    const fileId = granted(await acme.createUpload({ name: 'part.bin', sizeBytes: 4 })).file.id;
    const [signed] = granted(await acme.signUploadParts({ fileId, parts: [{ partNumber: 1 }] })).parts;
    if (!signed) throw new Error('Nothing was signed.');
    expect((await putPart(signed, Buffer.from('part'))).status).toBe(200);
    expect(await filesOf(fileId)).not.toEqual([]);
    return fileId;
  };

  /** As when it is not mounted: what is there instead is empty. */
  const takeDiskAway = async (): Promise<() => Promise<void>> => {
    const [disk, elsewhere] = ['objects', 'elsewhere'].map((name) => path.join(product.dataDirectory, name));
    if (disk === undefined || elsewhere === undefined) throw new Error('There are two.');
    await mkdir(elsewhere);
    const areas = await readdir(disk);
    for (const area of areas) await rename(path.join(disk, area), path.join(elsewhere, area));
    return async () => {
      for (const name of await readdir(disk)) await rm(path.join(disk, name), { recursive: true });
      for (const area of areas) await rename(path.join(elsewhere, area), path.join(disk, area));
      await rm(elsewhere, { recursive: true });
    };
  };

  it('wait for their disk while it is not mounted, and nothing is decided without them', async () => {
    const served = await untilDecided(acme, (await sendFile(acme, Buffer.from('served'))).id);
    const { url } = granted(await acme.createDownloadUrl({ fileId: served.id }));
    const fileId = await openWithPart();
    const bringBack = await takeDiskAway();
    granted(await acme.completeUpload({ fileId }));
    expect((await fetch(url)).status).toBe(503);
    expect(codeOf(await acme.createUpload({ name: 'new.bin', sizeBytes: 4 }))).toBe('DEPENDENCY_UNAVAILABLE');
    await eventually(
      () => fetch(product.workerMetricsUrl.replace('/metrics', '/readyz')),
      ({ status }) => status === 503,
    );
    const attempts = async (): Promise<unknown> =>
      (await db.query('select state, attempt from files where id = $1', [fileId])).rows[0];
    await eventually(
      () => readFile(path.join(product.dataDirectory, 'logs', 'worker.log'), 'utf8'),
      (log) => log.includes('inspections wait for a dependency'),
    );
    expect(await attempts()).toEqual({ state: 'SCANNING', attempt: 0 });
    await bringBack();
    expect((await untilDecided(acme, fileId)).state).toBe('CLEAN');
    expect(await (await fetch(url)).text()).toBe('served');
  });

  it('are not looked for in an empty place: a start without their disk is refused', async () => {
    const served = await untilDecided(acme, (await sendFile(acme, Buffer.from('still there'))).id);
    const { url } = granted(await acme.createDownloadUrl({ fileId: served.id }));
    const bringBack = await takeDiskAway();
    for (const one of [product.worker, product.api]) {
      await expect(one.restart()).rejects.toThrow(/its disk is not mounted/i);
    }
    await bringBack();
    await Promise.all([product.worker.restart(), product.api.restart()]);
    expect(await (await fetch(url)).text()).toBe('still there');
  });

  it('of a cancelled upload go', async () => {
    const fileId = await openWithPart();
    granted(await acme.cancelUpload({ fileId }));
    await untilGone(fileId);
    expect(codeOf(await acme.completeUpload({ fileId }))).toBe('CONFLICT');
  });

  it('of an upload whose time is over go, and whoever watches it is told', async () => {
    const fileId = await openWithPart();
    const live = watchProgress({ transport: 'ws', url: product.url, token: acme.token }, fileId);
    await live.until(({ stage }) => stage === 'RECEIVING');
    await db.query("update files set expires_at = now() - interval '1 second' where id = $1", [fileId]);
    await live.done;
    expect(live.items.at(-1)).toMatchObject({ stage: 'EXPIRED' });
    await untilGone(fileId);
  });
});
