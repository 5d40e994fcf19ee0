import type { ResumeRecord, ResumeStore } from '../resume-store.js';

/** How an upload was created, or is being created. */
export type Creation = Omit<ResumeRecord, 'key'>;

/** What is remembered of one upload: while it is under way, and in the store as long as it can be taken up again. */
export interface UploadMemory {
  /** From now on remembers in the store, under this key; answers what the store has. */
  readonly recall: (key: string) => Promise<ResumeRecord | undefined>;
  readonly note: (creation: Creation) => Promise<void>;
  readonly creation: () => Creation | undefined;
  /**
   * Forgets it in the store, unless another upload is remembered there by now.
   *
   * @param fileId - of an upload that was taken up by its id, under whatever key it is remembered
   */
  readonly forget: (fileId: string | undefined) => Promise<void>;
}

/** The memory of a new upload. */
export function createMemory(store: ResumeStore | undefined): UploadMemory {
  let [key, creation]: [string?, Creation?] = [];
  const remembered = async (): Promise<ResumeRecord | undefined> =>
    key === undefined ? undefined : store?.get(key);
  return {
    recall: async (given) => {
      key = given;
      creation = await remembered();
      return creation === undefined ? undefined : { key, ...creation };
    },
    note: async (noted) => {
      creation = noted;
      if (key !== undefined) await store?.set({ key, ...noted });
    },
    creation: () => creation,
    forget: async (fileId) => {
      const named = fileId === undefined ? [] : ((await store?.list()) ?? []);
      for (const record of named) if (record.fileId === fileId) await store?.delete(record.key);
      const record = await remembered();
      const forgotten = creation;
      creation = undefined;
      if (record === undefined || record.input.idempotencyKey !== forgotten?.input.idempotencyKey) return;
      await store?.delete(record.key);
    },
  };
}
