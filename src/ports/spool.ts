import type { Readable } from 'node:stream';
import type { OpenUpload, StoredPart } from './object-store.js';

/** A stretch of bytes on a local disk that nobody else sees and no crash leaves behind. */
export interface SpoolFile {
  /** Bytes that were appended since the last `clear` and not given away. */
  readonly sizeBytes: number;
  /**
   * Takes the chunk together with its memory: nobody else may read it any more, and what has memory of its own may be
   * freed at once. Its bytes may be written a little later, up to some MiB behind; this waits while they are. Throws
   * `TransientError` when the upload directory is full or fails, now or at the next call; `sizeBytes` then counts what
   * was written before, and the file takes no more until `clear`.
   */
  append(chunk: Uint8Array): Promise<void> | void;
  /** Resolves when all that was appended is written; throws like `append`. */
  settle(): Promise<void>;
  /** Reads all of it, as often as wanted; the body must be consumed or destroyed before `clear` and `close`. */
  read(): Readable;
  /**
   * Present where the file lies on the disk of the store: its bytes then become what the store keeps without being
   * written again. The file is empty afterwards, also when it could not be given away.
   */
  readonly give?: GiveAway;
  /** Forgets the bytes, so that the file can be filled again. */
  clear(): void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** How bytes are given to the store. Each throws as the store's own ways to take bytes, and is as durable. */
export interface GiveAway {
  /** Throws as `asPart` does where there is no such upload, so that nobody has to send bytes in vain. */
  requireOpen(upload: OpenUpload): Promise<void>;
  /** Like `ObjectStore.putPart` with all bytes of the file. */
  asPart(upload: OpenUpload, partNumber: number): Promise<StoredPart>;
  /** Like `ObjectStore.write` into `ingest` with all bytes of the file. */
  asObject(key: string): Promise<void>;
}

/**
 * Sees what goes into a file, in order and at the latest when it settles. The memory is used again once it has returned
 * or resolved; until then nothing else is shown. It must not fail.
 */
export type Observe = (chunks: readonly Uint8Array[]) => Promise<void> | void;

/** The upload directory: holds what is not a whole part yet while its request lasts. */
export interface Spool {
  /** Throws `TransientError` when too many requests use the directory. */
  open(observe?: Observe): Promise<SpoolFile>;
}

/** What a store says of itself. */
export interface SpoolingStore {
  /** Present where the store is a local disk: what arrives there can be given to it. */
  readonly spool?: Spool;
}
