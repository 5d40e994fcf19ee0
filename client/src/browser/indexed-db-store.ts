import { createStore, del, get, set, values } from 'idb-keyval';
import type { ResumeRecord, ResumeStore } from '../resume-store.js';

/** Remembers unfinished uploads in IndexedDB; `undefined` where there is none. */
export function indexedDbStore(): ResumeStore | undefined {
  if (typeof indexedDB === 'undefined') return undefined;
  const store = createStore('lazaret', 'unfinished-uploads');
  return {
    get: (key) => orNothing(() => get<ResumeRecord>(key, store), undefined),
    set: (record) => orNothing(() => set(record.key, record, store), undefined),
    delete: (key) => orNothing(() => del(key, store), undefined),
    list: () => orNothing(() => values<ResumeRecord>(store), []),
  };
}

/**
 * Private windows and full disks refuse, and sandboxed pages at once: then nothing is remembered, and the upload goes
 * on all the same.
 */
async function orNothing<T>(ask: () => Promise<T>, nothing: T): Promise<T> {
  try {
    return await ask();
  } catch {
    return nothing;
  }
}
