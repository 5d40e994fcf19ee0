import path from 'node:path';
import { expect, it, vi } from 'vitest';
import { joinClient } from '../../../client/src/upload-client.js';
import { openBlob } from '../../../client/src/upload-source.js';
import { createMemoryService } from '../../support/memory-service.js';
import { memoryStore } from '../../support/memory-store.js';

interface Hasher {
  readonly sha256: (blob: Blob, signal: AbortSignal) => Promise<string>;
  readonly close: () => void;
}
type CreateHasher = (createWorker: () => unknown) => Hasher;
/** Typed here, because its own types are those of a page. */
const HASHER = path.resolve(import.meta.dirname, '../../../client/src/browser/hasher.ts');

const never = (): Promise<void> => new Promise(() => undefined);
const FILE = new File(['AAAABBBB'], 'a.txt', { lastModified: 1 });

function scene(operation: string) {
  const service = createMemoryService();
  service.before = (name) => (name === operation ? never() : undefined);
  const open = (blob: Blob): ReturnType<typeof openBlob> => openBlob(blob);
  const client = joinClient({ ...service, store: memoryStore(), scope: 'service', open }, {});
  return { service, client };
}

it.each(['createUpload', 'PUT', 'completeUpload'])(
  'a client that is closed stops its uploads, during %s',
  async (operation) => {
    const { service, client } = scene(operation);
    const upload = client.upload(FILE);
    await vi.waitFor(() => expect(service.log.some((entry) => entry.startsWith(operation))).toBe(true));
    await client.close();
    await expect(upload.result).rejects.toMatchObject({
      name: 'AbortError',
      message: 'The client was closed.',
    });
    expect(upload.snapshot().phase).toBe('stopped');
    expect(await client.unfinished()).toHaveLength(1);
  },
);

it('a client that is closed stops an upload that is paused, and begins no other', async () => {
  const { service, client } = scene('nothing');
  const paused = client.upload(FILE);
  paused.pause();
  await vi.waitFor(() => expect(paused.snapshot().phase).toBe('paused'));
  await client.close();
  await expect(paused.result).rejects.toMatchObject({ name: 'AbortError' });
  service.log.length = 0;
  await expect(client.upload(FILE).result).rejects.toMatchObject({ name: 'AbortError' });
  expect(service.log).toEqual([]);
});

it('a worker that is ended leaves nobody waiting for a hash', async () => {
  const { createHasher } = (await import(HASHER)) as { readonly createHasher: CreateHasher };
  const asked = vi.fn();
  const hasher = createHasher(() => ({ postMessage: asked, terminate: () => undefined }));
  const hash = hasher.sha256(new Blob(['AAAA']), new AbortController().signal);
  expect(asked).toHaveBeenCalledOnce();
  hasher.close();
  await expect(hash).rejects.toMatchObject({ name: 'AbortError' });
});
