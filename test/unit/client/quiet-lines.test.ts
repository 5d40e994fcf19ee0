import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Transport } from '../../../client/src/api/transport.js';
import { UploadError } from '../../../client/src/api/upload-error.js';
import { joinClient, type UploadClient } from '../../../client/src/upload-client.js';
import { openBlob } from '../../../client/src/upload-source.js';
import { createMemoryService, type MemoryService } from '../../support/memory-service.js';

let service: MemoryService;

const clientOver = (subscribe: Transport['subscribe']): UploadClient<Blob> =>
  joinClient(
    {
      ...service,
      transport: { ...service.transport, subscribe },
      store: undefined,
      scope: 'service',
      open: (blob: Blob) => openBlob(blob),
    },
    {},
  );
const FILE = new File(['AAAABBBB'], 'a.txt', { lastModified: 1 });
const asked = (): number => service.log.filter((operation) => operation === 'file').length;

beforeEach(() => {
  vi.useFakeTimers();
  service = createMemoryService();
});
afterEach(() => void vi.useRealTimers());

/** Ends when the signal does. */
const silence: Transport['subscribe'] = (_operation, _variables, _onItem, signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

it('asks how an upload stands when a live connection tells nothing', async () => {
  const upload = clientOver(silence).upload(FILE);
  await vi.advanceTimersByTimeAsync(14_000);
  expect([upload.snapshot().stage, asked()]).toEqual(['PENDING', 0]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await upload.result).toMatchObject({ state: 'CLEAN' });
});

it('asks at once while live connections are lost, and does not wait for the last try to make one', async () => {
  const lost = { code: 'CONNECTION', category: 'connection', retryable: true } as const;
  const upload = clientOver(() => Promise.reject(new UploadError('Lost.', lost))).upload(FILE);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await upload.result).toMatchObject({ state: 'CLEAN' });
});

it('asks nothing while a live connection tells of the upload', async () => {
  service.isHolding = true;
  const upload = clientOver((...subscription) => service.transport.subscribe(...subscription)).upload(FILE);
  await vi.advanceTimersByTimeAsync(10_000);
  for (const file of service.files.values()) service.decide(file);
  expect([await upload.result, asked()]).toMatchObject([{ state: 'CLEAN' }, 0]);
});

it('goes on when asking fails as long as a live connection may tell of it', async () => {
  service.before = (operation) => {
    const gone = { code: 'NOT_FOUND', category: 'user', retryable: false } as const;
    if (operation === 'file') throw new UploadError('Gone.', gone);
  };
  let tell = (): void => undefined;
  const upload = clientOver((...subscription) => {
    const heard = new Promise<void>((resolve) => (tell = resolve));
    return heard.then(() => service.transport.subscribe(...subscription));
  }).upload(FILE);
  await vi.advanceTimersByTimeAsync(40_000);
  expect([upload.snapshot().phase, asked()]).toEqual(['sending', 2]);
  tell();
  await vi.advanceTimersByTimeAsync(100);
  expect(await upload.result).toMatchObject({ state: 'CLEAN' });
});

it('tells of no problem when a live connection ends with its token and is made anew', async () => {
  const ended = { code: 'UNAUTHENTICATED', category: 'auth', retryable: true } as const;
  service.isHolding = true;
  let connections = 0;
  const upload = clientOver(async (operation, variables, onItem, signal) => {
    connections += 1;
    const end = new AbortController();
    setTimeout(() => end.abort(), 1_000);
    const either = AbortSignal.any([signal, end.signal]);
    await service.transport.subscribe(operation, variables, onItem, either).catch(() => undefined);
    throw new UploadError('The token has expired.', ended);
  }).upload(FILE);
  const problems = new Set<string | undefined>();
  upload.subscribe(({ problem }) => problems.add(problem?.code));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(connections).toBeGreaterThan(3);
  for (const file of service.files.values()) service.decide(file);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await upload.result).toMatchObject({ state: 'CLEAN' });
  expect([...problems]).toEqual([undefined]);
});
