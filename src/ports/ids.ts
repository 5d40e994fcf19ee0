import type { FileId } from '../domain/ids.js';

/** Makes identifiers. */
export interface Ids {
  /** A fresh UUIDv7, so that ids of one process grow with time. */
  fileId(): FileId;
  /** A fresh UUIDv7 of a release. */
  releaseId(): string;
  /** 256 random bits that nobody can guess, as 64 lower-case hexadecimal digits. */
  secret(): string;
}
