import type { ResumeRecord, ResumeStore } from '../../client/src/resume-store.js';

/** What a page remembers, as long as the test runs. */
export function memoryStore(): ResumeStore & { readonly records: Map<string, ResumeRecord> } {
  const records = new Map<string, ResumeRecord>();
  return {
    records,
    get: (key) => Promise.resolve(records.get(key)),
    set: (record) => Promise.resolve(void records.set(record.key, record)),
    delete: (key) => Promise.resolve(void records.delete(key)),
    list: () => Promise.resolve([...records.values()]),
  };
}
