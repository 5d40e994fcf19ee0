import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { ResumeStore } from '../../../client/src/resume-store.js';

/** Typed here, because its own types are those of a page. */
const STORE = path.resolve(import.meta.dirname, '../../../client/src/browser/indexed-db-store.ts');
const { indexedDbStore } = (await import(STORE)) as {
  readonly indexedDbStore: () => ResumeStore | undefined;
};

it.each([
  [
    'at once, as in a sandboxed page',
    () => {
      throw new DOMException('denied', 'SecurityError');
    },
  ],
  [
    'later, as in a private window',
    () => {
      const request = {
        error: new DOMException('denied', 'InvalidStateError'),
        onerror: (): void => undefined,
      };
      queueMicrotask(() => request.onerror());
      return request;
    },
  ],
])('remembers nothing where IndexedDB refuses %s', async (_when, open) => {
  vi.stubGlobal('indexedDB', { open });
  onTestFinished(() => void vi.unstubAllGlobals());
  const store = indexedDbStore();
  const input = { name: 'a', sizeBytes: 1 };
  await store?.set({ key: 'k', input });
  expect([await store?.get('k'), await store?.list()]).toEqual([undefined, []]);
  await store?.delete('k');
});
