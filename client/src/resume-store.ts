import type { CreateUploadInput } from './generated/graphql.js';

/** What is remembered of an upload that has not ended. */
export interface ResumeRecord {
  /** Service and fingerprint of the file. */
  readonly key: string;
  /** Exactly as it was or will be sent, so that its idempotency key finds the same upload again. */
  readonly input: CreateUploadInput;
  /** Absent while nobody knows whether the creation reached the service. */
  readonly fileId?: string;
  /** When the service gives it up (RFC 3339); without an answer of it, when it has forgotten the key. */
  readonly expiresAt?: string | undefined;
}

/** Remembers unfinished uploads beyond the life of a page or a process. Only hints: the service knows better. */
export interface ResumeStore {
  readonly get: (key: string) => Promise<ResumeRecord | undefined>;
  readonly set: (record: ResumeRecord) => Promise<void>;
  readonly delete: (key: string) => Promise<void>;
  readonly list: () => Promise<readonly ResumeRecord[]>;
}

/**
 * Lists what can still be taken up under a scope, and drops whatever cannot any more.
 *
 * @param nowMs - since the epoch
 */
export async function listUnfinished(
  store: ResumeStore,
  scope: string,
  nowMs: number,
): Promise<readonly ResumeRecord[]> {
  const records = await store.list();
  // A record without an end is of an earlier version of the library, whose keys nothing finds any more.
  const isOver = ({ expiresAt }: ResumeRecord): boolean => !(Date.parse(expiresAt ?? '') > nowMs);
  await Promise.all(records.filter(isOver).map(({ key }) => store.delete(key)));
  return records.filter((record) => !isOver(record) && record.key.startsWith(`${scope}|`));
}
