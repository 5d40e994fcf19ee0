import type { Readable } from 'node:stream';

/** A stretch of bytes on a local disk that nobody else sees and no crash leaves behind. */
export interface SpoolFile {
  /** Bytes that were appended since the last `clear`. */
  readonly sizeBytes: number;
  /** Throws `TransientError` when the upload directory is full or fails; what was appended before stays. */
  append(chunk: Uint8Array): Promise<void>;
  /** Reads all of it, as often as wanted; the body must be consumed or destroyed before `clear` and `close`. */
  read(): Readable;
  /** Forgets the bytes, so that the file can be filled again. */
  clear(): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** The upload directory: holds what is not a whole part yet while its request lasts. */
export interface Spool {
  /** Throws `TransientError` when too many requests use the directory. */
  open(): Promise<SpoolFile>;
}
