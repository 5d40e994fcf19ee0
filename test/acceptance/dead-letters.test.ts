import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codeOf, createApiClient, granted, type ApiClient } from '../support/api-client.js';
import { createDeadLetterClient, type DeadLetterClient } from '../support/dead-letter-client.js';
import { startMockClamd, type MockClamd } from '../support/mock-clamd.js';
import { startProduct, type Product } from '../support/product.js';
import { readMetrics } from '../support/read-metrics.js';
import { eventually, sendFile, sha256, untilDecided } from '../support/send-file.js';

let isBroken = true;
let clamd: MockClamd;
let product: Product;
let admin: ApiClient;
let letters: DeadLetterClient;
let foreign: DeadLetterClient;

beforeAll(async () => {
  clamd = await startMockClamd({
    onReply: (socket) => void socket.end(isBroken ? 'stream: PERHAPS\0' : 'stream: OK\0'),
  });
  const { address } = clamd;
  if (address.kind !== 'tcp') throw new Error('The mock listens on TCP.');
  const services = inject('services');
  const tcp = `tcp://${address.host}:${String(address.port)}`;
  product = await startProduct({
    services: { ...services, clamd: { ...services.clamd, tcp } },
    env: { LAZARET_SCAN_MAX_ATTEMPTS: '2' },
  });
  admin = createApiClient(product.url, await product.token('acme-admin'));
  letters = createDeadLetterClient(admin);
  foreign = createDeadLetterClient(createApiClient(product.url, await product.token('globex-admin')));
});
afterAll(async () => {
  await product.stop();
  await clamd.stop();
});

/** A file whose inspection was given up, with its dead letter. */
async function givenUp(bytes: Buffer): Promise<{ readonly fileId: string; readonly letterId: string }> {
  isBroken = true;
  const { id: fileId } = await sendFile(admin, bytes);
  const { state, verdict } = await untilDecided(admin, fileId);
  expect([state, verdict?.reason]).toEqual(['UNSCANNABLE', 'SCANNER_UNAVAILABLE']);
  const page = granted(await letters.list({ filter: { fileId } }));
  expect(page.totalCount).toBe(1);
  return { fileId, letterId: page.edges[0]?.node.id ?? '' };
}

describe('an inspection that dies', () => {
  it('is listed and inspected with every attempt, and is CLEAN once it is replayed', async () => {
    const bytes = Buffer.from('a file that nobody could judge');
    const { fileId, letterId } = await givenUp(bytes);
    const letter = granted(await letters.one(letterId));
    const message = 'The scanner did not answer as it must.';
    expect(letter).toMatchObject({
      ...{ status: 'OPEN', cause: 'ATTEMPTS_USED_UP', failureClass: 'TRANSIENT', message, decidedBy: null },
      file: { id: fileId, state: 'UNSCANNABLE' },
      attempts: [1, 2].map((attempt) => ({ attempt, failureClass: 'TRANSIENT', message })),
    });
    expect(codeOf(await admin.createDownloadUrl({ fileId }))).toBe('FILE_NOT_AVAILABLE');

    isBroken = false;
    const input = { deadLetterId: letterId, reason: 'The scanner was mended.', idempotencyKey: 'replay' };
    const replayed = granted(await letters.replay(input)).deadLetter;
    expect(replayed).toMatchObject({
      status: 'REPLAYED',
      decidedBy: 'acme-admin',
      file: { state: 'SCANNING' },
    });
    expect(granted(await letters.replay(input)).deadLetter).toEqual(replayed);
    expect(codeOf(await letters.replay({ deadLetterId: letterId }))).toBe('CONFLICT');
    expect((await untilDecided(admin, fileId)).state).toBe('CLEAN');
    const { url } = granted(await admin.createDownloadUrl({ fileId }));
    const answer = await fetch(url);
    expect(sha256(Buffer.from(await answer.arrayBuffer()))).toBe(sha256(bytes));
  });

  it('is discarded with a reason, and then for good', async () => {
    const { fileId, letterId } = await givenUp(Buffer.from('a file that somebody sends again'));
    expect(codeOf(await letters.discard({ deadLetterId: letterId, reason: ' ' }))).toBe('BAD_USER_INPUT');
    const reason = 'The sender has sent it again.';
    const { deadLetter } = granted(await letters.discard({ deadLetterId: letterId, reason }));
    expect(deadLetter).toMatchObject({ status: 'DISCARDED', decidedBy: 'acme-admin', reason });
    isBroken = false;
    expect(codeOf(await letters.replay({ deadLetterId: letterId }))).toBe('CONFLICT');
    expect(granted(await admin.file(fileId))?.state).toBe('UNSCANNABLE');
    const filter = { fileId, statuses: ['OPEN'] };
    expect(granted(await letters.list({ filter })).edges).toEqual([]);
  });

  it('is seen by nobody of another tenant, and by nobody without the permission', async () => {
    const { letterId } = await givenUp(Buffer.from('nobody else may know'));
    const page = granted(await foreign.list({}));
    expect([page.totalCount, page.edges]).toEqual([0, []]);
    expect(granted(await foreign.one(letterId))).toBeNull();
    for (const decide of [foreign.replay, foreign.discard]) {
      expect(codeOf(await decide({ deadLetterId: letterId, reason: 'Mine.' }))).toBe('NOT_FOUND');
    }
    const viewer = createDeadLetterClient(createApiClient(product.url, await product.token('acme-viewer')));
    expect(codeOf(await viewer.list({}))).toBe('FORBIDDEN');
    expect(codeOf(await viewer.replay({ deadLetterId: letterId }))).toBe('FORBIDDEN');
    expect(granted(await letters.one(letterId))?.status).toBe('OPEN');
  });

  it('is told to operators: how many wait, how many there were, and since when', async () => {
    await givenUp(Buffer.from('one that is counted'));
    const cause = 'ATTEMPTS_USED_UP';
    const scrape = await eventually(
      () => readMetrics(product.workerMetricsUrl),
      (seen) => (seen.valueOf('dead_letters_open', { cause }) ?? 0) > 0,
    );
    expect(scrape.valueOf('dead_letters_total', { cause })).toBeGreaterThan(0);
    expect(scrape.valueOf('oldest_dead_letter_seconds')).toBeGreaterThan(0);
  });
});
