import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createApiClient, granted, type ApiClient, type FileView } from '../support/api-client.js';
import { startMockClamd, type MockClamd } from '../support/mock-clamd.js';
import { type ProductProcess } from '../support/control-process.js';
import { startProduct, type Product } from '../support/product.js';
import { putPart, sendFile, sendParts, sha256, sliceOf, untilDecided } from '../support/send-file.js';
import { watchEvents, watchProgress } from '../support/watch-live.js';

const PART_BYTES = 5 * 1024 * 1024;

/** Scans take as long as the test wants: the last word of each waits for the gate. */
interface SlowClamd {
  readonly mock: MockClamd;
  /** Resolves when a scan waits. */
  readonly waiting: () => Promise<void>;
  open(): void;
  close(): void;
}

async function startSlowClamd(): Promise<SlowClamd> {
  let gate = Promise.withResolvers<void>();
  let reached = Promise.withResolvers<void>();
  gate.resolve();
  const mock = await startMockClamd({
    onStream: (socket) => {
      socket.pause();
      reached.resolve();
      void gate.promise.then(() => socket.resume());
    },
  });
  return {
    mock,
    waiting: () => reached.promise,
    open: () => gate.resolve(),
    close: () => {
      gate = Promise.withResolvers();
      reached = Promise.withResolvers();
    },
  };
}

let clamd: SlowClamd;
let product: Product;
let admin: ApiClient;
beforeAll(async () => {
  clamd = await startSlowClamd();
  const { address } = clamd.mock;
  if (address.kind !== 'tcp') throw new Error('The mock listens on TCP.');
  const tcp = `tcp://${address.host}:${address.port}`;
  const services = inject('services');
  product = await startProduct({
    services: { ...services, clamd: { ...services.clamd, tcp } },
    apis: 2,
    workers: 2,
  });
  admin = createApiClient(product.url, await product.token('acme-admin'));
});
afterAll(async () => {
  clamd.open();
  await product.stop();
  await clamd.mock.stop();
});

const workers = (): ProductProcess[] => [product.worker, ...product.otherWorkers];
/** What a worker that wakes up needs to do whatever it still had in mind. */
const AWAKE_MS = 1_500;

const isOrdered = (versions: readonly number[]): boolean =>
  versions.every((version, index) => index === 0 || version > (versions[index - 1] ?? 0));

describe('without Redis', () => {
  it.each(['ws', 'sse'] as const)(
    'a subscriber over %s of another process ends with the truth, also when Redis dies mid-stream',
    async (transport) => {
      const [other] = product.otherApis;
      const source = { transport, url: other?.url ?? '', token: admin.token };
      const bytes = randomBytes(PART_BYTES + 5);
      const opened = granted(
        await admin.createUpload({ name: 'outage.bin', sizeBytes: bytes.length, partSizeBytes: PART_BYTES }),
      ).file;
      const events = watchEvents(source);
      const progress = watchProgress(source, opened.id);
      await progress.until(({ stage }) => stage === 'PENDING');
      await product.redis.kill9();
      await sendParts(admin, opened.id, bytes, PART_BYTES);
      await progress.until(({ receivedBytes }) => receivedBytes === bytes.length);
      granted(await admin.completeUpload({ fileId: opened.id }));
      await progress.until(({ stage }) => stage === 'SCANNING');
      await product.redis.restart();
      await progress.done;
      await events.until(({ file, to }) => file.id === opened.id && to === 'CLEAN');
      events.stop();
      expect(progress.items.at(-1)).toMatchObject({ stage: 'CLEAN', scannedBytes: bytes.length });
      const own = events.items.filter(({ file }) => file.id === opened.id);
      expect(own.map(({ to }) => to)).toEqual(expect.arrayContaining(['RECEIVING', 'SCANNING', 'CLEAN']));
      expect(isOrdered(own.map(({ file }) => file.version))).toBe(true);
    },
  );

  it('files whose jobs are lost get their verdict all the same', async () => {
    clamd.close();
    const sent = await Promise.all(
      Array.from({ length: 12 }, (_, index) => sendFile(admin, Buffer.from(`lost ${index}`))),
    );
    await clamd.waiting();
    const redis = new Redis(product.redis.url);
    await redis.flushall();
    await redis.quit();
    clamd.open();
    const ended = await Promise.all(sent.map(({ id }) => untilDecided(admin, id)));
    expect(ended.map(({ state }) => state)).toEqual(sent.map(() => 'CLEAN'));
  });
});

describe('killed without a word', () => {
  it('a worker in the middle of a scan: the file is scanned again from its first byte, and decided', async () => {
    clamd.close();
    const bytes = randomBytes(3 * PART_BYTES);
    const { id } = await sendFile(admin, bytes, { partSizeBytes: PART_BYTES, sha256: sha256(bytes) });
    await clamd.waiting();
    for (const worker of workers()) await worker.kill9();
    expect(granted(await admin.file(id))).toMatchObject({ state: 'SCANNING' });
    clamd.open();
    await Promise.all(workers().map((worker) => worker.restart()));
    expect(await untilDecided(admin, id)).toMatchObject({
      state: 'CLEAN',
      sha256: sha256(bytes),
      verdict: { scannedBytes: bytes.length },
    });
    const { url } = granted(await admin.createDownloadUrl({ fileId: id }));
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('a worker that is frozen for longer than its lease loses its files, and writes nothing when it wakes up', async () => {
    clamd.close();
    const sent = await Promise.all(
      Array.from({ length: 8 }, (_, index) => sendFile(admin, Buffer.from(`taken over ${index}`))),
    );
    await clamd.waiting();
    const frozen = product.worker.pid();
    process.kill(frozen, 'SIGSTOP');
    clamd.open();
    const look = (): Promise<FileView[]> => Promise.all(sent.map(({ id }) => untilDecided(admin, id)));
    const decided = await look().finally(() => process.kill(frozen, 'SIGCONT'));
    expect(decided.map(({ state }) => state)).toEqual(sent.map(() => 'CLEAN'));
    await sleep(AWAKE_MS);
    expect(await look()).toEqual(decided);
  });

  it('the API in the middle of a part: every acknowledged part is still there, the broken one is missing', async () => {
    const bytes = randomBytes(3 * PART_BYTES);
    const { file } = granted(
      await admin.createUpload({ name: 'cut.bin', sizeBytes: bytes.length, partSizeBytes: PART_BYTES }),
    );
    const numbers = [1, 2, 3].map((partNumber) => ({
      partNumber,
      sha256: sha256(sliceOf(bytes, PART_BYTES, partNumber)),
    }));
    const signed = granted(await admin.signUploadParts({ fileId: file.id, parts: numbers })).parts;
    const [one, two, three] = signed;
    if (!one || !two || !three) throw new Error('Not all parts were signed.');
    const acknowledged = await putPart(one, sliceOf(bytes, PART_BYTES, 1));
    const etag = (acknowledged.headers.get('etag') ?? '').replaceAll('"', '');
    const cut = sendHalf(two.url, two.headers, sliceOf(bytes, PART_BYTES, 2));
    await cut.isHalfSent;
    await product.api.kill9();
    await expect(cut.answer).rejects.toThrow();
    await product.api.restart();
    const after = granted(await admin.file(file.id));
    expect(after?.upload.missingPartNumbers).toEqual([2, 3]);
    expect(after?.upload.parts).toEqual([
      { partNumber: 1, sizeBytes: PART_BYTES, etag, sha256: numbers[0]?.sha256 },
    ]);
    expect((await putPart(two, sliceOf(bytes, PART_BYTES, 2))).status).toBe(200);
    expect((await putPart(three, sliceOf(bytes, PART_BYTES, 3))).status).toBe(200);
    granted(await admin.completeUpload({ fileId: file.id }));
    expect(await untilDecided(admin, file.id)).toMatchObject({ state: 'CLEAN', sha256: sha256(bytes) });
  });
});

/** Sends half of a part and then nothing more. */
function sendHalf(
  url: string,
  headers: readonly { readonly name: string; readonly value: string }[],
  bytes: Buffer,
): { readonly answer: Promise<Response>; readonly isHalfSent: Promise<void> } {
  const half = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(Uint8Array.from(bytes.subarray(0, bytes.length / 2)));
    },
    pull: () => {
      half.resolve();
      return new Promise<void>(() => undefined);
    },
  });
  const answer = fetch(url, {
    method: 'PUT',
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    body,
    duplex: 'half',
  });
  answer.catch(() => undefined);
  return { answer, isHalfSent: half.promise };
}
