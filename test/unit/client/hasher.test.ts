import { getEventListeners } from 'node:events';
import path from 'node:path';
import { expect, it } from 'vitest';

interface FakeWorker {
  onmessage: (event: { readonly data: { readonly id: number; readonly digest: string } }) => void;
  readonly postMessage: (question: { readonly id: number }) => void;
}

/** Typed here, because its own types are those of a page. */
const HASHER = path.resolve(import.meta.dirname, '../../../client/src/browser/hasher.ts');
const { createHasher } = (await import(HASHER)) as {
  readonly createHasher: (createWorker: () => FakeWorker) => {
    readonly sha256: (bytes: Blob, signal: AbortSignal) => Promise<string>;
  };
};

it('leaves nothing at the signal of an upload, however many of its parts are hashed in the worker', async () => {
  const worker: FakeWorker = {
    onmessage: () => undefined,
    postMessage: ({ id }) => queueMicrotask(() => worker.onmessage({ data: { id, digest: `of ${id}` } })),
  };
  const { sha256 } = createHasher(() => worker);
  const { signal } = new AbortController();
  const bytes = new Blob(['a']);
  expect(await Promise.all([sha256(bytes, signal), sha256(bytes, signal)])).toEqual(['of 1', 'of 2']);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('stops waiting at once', async () => {
  const { sha256 } = createHasher(() => ({ onmessage: () => undefined, postMessage: () => undefined }));
  const stop = new AbortController();
  const hashing = sha256(new Blob(['a']), stop.signal);
  stop.abort();
  await expect(hashing).rejects.toBe(stop.signal.reason);
});
