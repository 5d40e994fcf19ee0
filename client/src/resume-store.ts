import type { CreateUploadInput } from './generated/graphql.js';

/** What is remembered of an upload that has not ended. */
export interface ResumeRecord {
  /** Service and fingerprint of the file. */
  readonly key: string;
  /** Exactly as it was or will be sent, so that its idempotency key finds the same upload again. */
  readonly input: CreateUploadInput;
  /** Absent while nobody knows whether the creation reached the service. */
  readonly fileId?: string;
}

/** Remembers unfinished uploads beyond the life of a page or a process. Only hints: the service knows better. */
export interface ResumeStore {
  readonly get: (key: string) => Promise<ResumeRecord | undefined>;
  readonly set: (record: ResumeRecord) => Promise<void>;
  readonly delete: (key: string) => Promise<void>;
  readonly list: () => Promise<readonly ResumeRecord[]>;
}
