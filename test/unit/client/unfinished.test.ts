import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { UploadError } from '../../../client/src/api/upload-error.js';
import { joinClient, type UploadClient } from '../../../client/src/upload-client.js';
import { openBlob } from '../../../client/src/upload-source.js';
import { createMemoryService, refusal, type MemoryService } from '../../support/memory-service.js';
import { memoryStore } from '../../support/memory-store.js';

let service: MemoryService;
let store = memoryStore();
let client: UploadClient<Blob>;

const FILE = new File(['AAAABBBB'], 'a.txt', { lastModified: 1 });
const DAY_MS = 24 * 60 * 60 * 1_000;

function failCreation(error: Error): void {
  service.before = (name) => {
    if (name === 'createUpload') throw error;
  };
}

beforeEach(() => {
  service = createMemoryService();
  store = memoryStore();
  const open = (blob: Blob): ReturnType<typeof openBlob> => openBlob(blob);
  client = joinClient({ ...service, store, scope: 'service', open }, { retry: { retries: 0 } });
});

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  ['refused for good', refusal('QUOTA_EXCEEDED'), 0],
  ['refused for now', refusal('OVERLOADED', true), 1],
  [
    'refused to somebody who is not signed in',
    new UploadError('Who?', { code: 'UNAUTHENTICATED', category: 'auth', retryable: false }),
    1,
  ],
  [
    'answered with something that cannot be read',
    new UploadError('What?', { code: 'BAD_ANSWER', category: 'internal', retryable: false }),
    1,
  ],
])('an upload whose creation was %s is forgotten when it can never go on', async (_what, error, left) => {
  failCreation(error);
  await expect(client.upload(FILE).result).rejects.toBe(error);
  expect(await client.unfinished()).toHaveLength(left);
});

it('an upload is remembered with its end, and dropped after it', async () => {
  service.before = (name) => {
    if (name === 'PUT') throw refusal('TOO_LARGE');
  };
  await expect(client.upload(FILE).result).rejects.toMatchObject({ code: 'TOO_LARGE' });
  const [record] = await client.unfinished();
  expect(record).toMatchObject({ fileId: 'file-1', expiresAt: '2999-01-01T00:00:00.000Z' });
  if (record) await store.set({ ...record, expiresAt: '2001-01-01T00:00:00.000Z' });
  expect(await client.unfinished()).toEqual([]);
  expect(await store.list()).toEqual([]);
});

it('an upload of which no answer came is remembered as long as its key is', async () => {
  failCreation(refusal('OVERLOADED', true));
  await expect(client.upload(FILE).result).rejects.toMatchObject({ code: 'OVERLOADED' });
  vi.setSystemTime(Date.now() + DAY_MS + 1_000);
  expect(await client.unfinished()).toEqual([]);
});
