import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient, type FileView } from '../support/api-client.js';
import { asSuperuser } from '../support/database.js';
import { startNumberedClamd, type NumberedClamd } from '../support/numbered-clamd.js';
import { startProduct, type Product } from '../support/product.js';
import { readMetrics } from '../support/read-metrics.js';
import { eventually, sendFile, untilDecided } from '../support/send-file.js';
import { watchEvents } from '../support/watch-live.js';

interface Examined {
  readonly state: string;
  readonly receipt: string;
  readonly lastExamination: {
    readonly definitionsVersion: string;
    readonly examinedAt: string;
    readonly isPending: boolean;
  };
}

const FILE = `query ($id: ID!) { answer: file(id: $id) {
  state receipt lastExamination { definitionsVersion examinedAt isPending } } }`;
const RESCAN = `mutation ($input: FileIdInput!) { answer: rescanFile(input: $input) { file {
  lastExamination { isPending } } } }`;

let clamd: NumberedClamd;
let product: Product;
let uploader: ApiClient;
let analyst: ApiClient;
beforeAll(async () => {
  const services = inject('services');
  clamd = await startNumberedClamd(services.clamd.tcp);
  const env = { CLAMD_ADDRESSES: clamd.address, LAZARET_RESCANS_PER_MINUTE: '6000' };
  product = await startProduct({ services, env });
  const as = async (name: string): Promise<ApiClient> =>
    createApiClient(product.url, await product.token(name));
  [uploader, analyst] = [await as('acme-uploader'), await as('acme-analyst')];
});
afterAll(async () => {
  await product.stop();
  await clamd.stop();
});

const send = async (bytes: Buffer): Promise<FileView> =>
  untilDecided(uploader, (await sendFile(uploader, bytes)).id);
const examined = async (id: string): Promise<Examined> => granted(await uploader.ask<Examined>(FILE, { id }));
const hits = async (): Promise<number> =>
  (await readMetrics(product.workerMetricsUrl)).valueOf('rescan_hits_total') ?? 0;
const openDownloads = async (): Promise<number> =>
  (await readMetrics(product.metricsUrl)).valueOf('connections', { transport: 'download' }) ?? 0;
const claimsOf = (receipt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

describe('when the definitions are new', () => {
  it('clean files are examined again, and their receipts say so', async () => {
    clamd.load(27_401);
    const { id } = await send(randomBytes(2_000));
    expect((await examined(id)).lastExamination.definitionsVersion).toBe('27401');
    clamd.load(27_402);
    const now = await eventually(
      () => examined(id),
      ({ lastExamination }) => lastExamination.definitionsVersion === '27402',
    );
    expect(now.state).toBe('CLEAN');
    const claims = claimsOf(now.receipt);
    expect(claims).toMatchObject({ verdict: 'CLEAN', definitions: '27401' });
    expect(claims['examined']).toMatchObject({ definitions: '27402', at: now.lastExamination.examinedAt });
  });

  it('a late hit kills the URLs, breaks downloads off, tells subscribers, and reaches the quarantine', async () => {
    clamd.load(27_410);
    const marker = `marker-${randomBytes(8).toString('hex')}`;
    // Longer than all buffers on the way, so that the download lasts until somebody reads it.
    const bytes = Buffer.concat([Buffer.from(marker), randomBytes(24 * 1024 * 1024)]);
    const twins = [await send(bytes), await send(bytes)];
    const other = await send(randomBytes(2_000));
    const urls = await Promise.all(
      twins.map(async ({ id }) => granted(await uploader.createDownloadUrl({ fileId: id })).url),
    );
    const live = watchEvents(
      { transport: 'ws', url: product.url, token: uploader.token },
      { states: ['INFECTED'] },
    );
    const running = (await fetch(urls[0] ?? '')).body?.getReader();
    expect((await running?.read())?.done).toBe(false);
    const others = (await fetch(granted(await uploader.createDownloadUrl({ fileId: other.id })).url)).status;
    expect(others).toBe(200);

    const hitsBefore = await hits();
    clamd.load(27_411, [marker]);
    // Nobody reads meanwhile: what is too long for the buffers cannot have come to its end.
    await eventually(openDownloads, (count) => count === 0);
    const drained = (async () => {
      while (!(await running?.read())?.done);
    })();
    await expect(drained).rejects.toThrow();
    for (const [index, { id }] of twins.entries()) {
      const seen = await untilInfected(id);
      expect(seen.verdict).toMatchObject({ reason: 'MALWARE', definitionsVersion: '27411' });
      expect(seen.verdict?.findings[0]?.detail).toBe('Late.Find');
      expect((await fetch(urls[index] ?? '')).status).toBe(409);
      expect(codeOf(await uploader.createDownloadUrl({ fileId: id }))).toBe('FILE_NOT_AVAILABLE');
      const event = await live.until(({ file }) => file.id === id);
      expect([event.from, event.to]).toEqual(['CLEAN', 'INFECTED']);
      expect(claimsOf((await examined(id)).receipt)).toMatchObject({
        verdict: 'INFECTED',
        definitions: '27411',
      });
    }
    live.stop();
    const held = `query ($id: ID!) { answer: file(id: $id) { quarantine { content } } }`;
    await eventually(
      async () => granted(await analyst.ask<{ quarantine: { content: string } }>(held, { id: twins[1]?.id })),
      ({ quarantine }) => quarantine.content === 'HELD',
    );
    expect((await examined(other.id)).state).toBe('CLEAN');
    const worker = await readMetrics(product.workerMetricsUrl);
    expect(await hits()).toBe(hitsBefore + 2);
    expect(worker.valueOf('rescans_total', { outcome: 'clean' })).toBeGreaterThan(0);
  });

  it('an analyst need not wait, and nobody else may ask', async () => {
    clamd.load(27_420);
    const marker = `marker-${randomBytes(8).toString('hex')}`;
    const { id } = await send(Buffer.from(`${marker} and more`));
    expect(codeOf(await uploader.ask(RESCAN, { input: { fileId: id } }))).toBe('FORBIDDEN');
    const foreign = createApiClient(product.url, await product.token('globex-admin'));
    expect(codeOf(await foreign.ask(RESCAN, { input: { fileId: id } }))).toBe('NOT_FOUND');
    // The same number: only whoever asks finds it.
    clamd.load(27_420, [marker]);
    const asked = granted(
      await analyst.ask<{ file: Pick<Examined, 'lastExamination'> }>(RESCAN, { input: { fileId: id } }),
    );
    expect(asked.file.lastExamination.isPending).toBe(true);
    await untilInfected(id);
    expect(codeOf(await analyst.ask(RESCAN, { input: { fileId: id } }))).toBe('CONFLICT');
    const asking = await asSuperuser(product.databaseUrl, (db) =>
      db.query("select subject from audit where file_id = $1 and action = 'rescan.REQUESTED'", [id]),
    );
    expect(asking.rows).toEqual([{ subject: 'acme-analyst' }]);
  });
});

const untilInfected = async (id: string): Promise<FileView> => {
  const file = await eventually(
    async () => granted(await uploader.file(id)),
    (seen) => seen?.state === 'INFECTED',
  );
  return file ?? expect.fail('The file is gone.');
};
