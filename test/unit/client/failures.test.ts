import { afterEach, beforeEach, expect, it } from 'vitest';
import { createUploadClient, UploadError, type GetToken } from '../../../client/src/node.js';
import { startFakeLazaret, type FakeLazaret } from '../../support/fake-lazaret.js';

let fake: FakeLazaret;
const closes: (() => Promise<void>)[] = [];

beforeEach(async () => {
  fake = await startFakeLazaret();
});
afterEach(async () => {
  await Promise.all(closes.splice(0).map((close) => close()));
  await fake.close();
});

const clientFor = (getToken: GetToken, retries = 3) => {
  const retry = { retries, initialDelayMs: 1, maxDelayMs: 2 };
  const client = createUploadClient({ url: fake.url, getToken, live: 'sse', retry });
  closes.push(client.close);
  return client;
};
const bytes = new Blob(['hello']);

it('asks again for a token that could not be fetched, and shows that it does', async () => {
  let asked = 0;
  const client = clientFor(() => {
    asked += 1;
    if (asked < 3) throw new TypeError('Failed to fetch');
    return 'token';
  });
  const problems = new Set<string | undefined>();
  const onProgress = ({ problem }: { problem: UploadError | undefined }): void =>
    void problems.add(problem?.code);
  expect(await client.upload(bytes, { onProgress }).result).toMatchObject({ state: 'CLEAN' });
  expect([...problems]).toContain('CONNECTION');
});

it('says in the end why there is none', async () => {
  const cause = new Error('Sign in first.');
  const upload = clientFor(() => Promise.reject(cause), 1).upload(bytes);
  await expect(upload.result).rejects.toMatchObject({
    name: 'UploadError',
    message: 'There is no access token: Sign in first.',
    code: 'CONNECTION',
    cause,
  });
  expect(upload.snapshot()).toMatchObject({ phase: 'failed', problem: { code: 'CONNECTION' } });
});

it('does not ask again where the giver says that it is of no use', async () => {
  let asked = 0;
  const refusal = new UploadError('Signed out.', { code: 'FORBIDDEN', category: 'auth', retryable: false });
  const upload = clientFor(() => {
    asked += 1;
    throw refusal;
  }).upload(bytes);
  await expect(upload.result).rejects.toBe(refusal);
  expect(asked).toBe(1);
});

it('shows in the snapshot whatever else an upload failed of', async () => {
  const store = {
    get: () => Promise.reject(new Error('The disk is gone.')),
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(),
    list: () => Promise.resolve([]),
  };
  const client = createUploadClient({ url: fake.url, getToken: () => 'token', live: 'sse', store });
  closes.push(client.close);
  const upload = client.upload(new File(['hello'], 'hello.txt', { lastModified: 1 }));
  await expect(upload.result).rejects.toMatchObject({ name: 'UploadError', code: 'UNKNOWN' });
  expect(upload.snapshot()).toMatchObject({ phase: 'failed', problem: { message: 'The disk is gone.' } });
});
