import type { RetryDeps } from './api/retry.js';
import type { Transport } from './api/transport.js';
import type { MetadataEntryInput, Priority } from './generated/graphql.js';
import type { Platform } from './platform.js';
import type { ResumeStore } from './resume-store.js';
import type { Claims } from './transfer/claims.js';
import type { Turns } from './turns.js';
import type { UploadSnapshot } from './upload-snapshot.js';

/** How one upload is to be done. */
export interface UploadOptions {
  /** Called at every change, for bytes at most ten times a second. */
  readonly onProgress?: ((snapshot: UploadSnapshot) => void) | undefined;
  /** Stops sending; what was sent stays, and the upload can be taken up again. */
  readonly signal?: AbortSignal | undefined;
  /** @default the file's own */
  readonly name?: string | undefined;
  /** Media type. @default the file's own, where it has one */
  readonly contentType?: string | undefined;
  readonly metadata?: readonly MetadataEntryInput[] | undefined;
  /** Which work comes first. @default 'INTERACTIVE' */
  readonly priority?: Priority | undefined;
  /**
   * Declare the SHA-256 of the whole file, so that no other bytes can ever become CLEAN. The file is read
   * once more before it is sent.
   *
   * @default true where the service was asked for the bytes, which needs that hash; else false
   */
  readonly declareSha256?: boolean | undefined;
  /**
   * Ask before sending whether the service has the bytes of a file already, where it has so many of them: then
   * nothing is sent. The answer comes after a second or more, and the file is read twice for it. Not
   * asked with an `idempotencyKey`, which names the creation of an upload. `Infinity` never asks.
   *
   * @default 64 MiB
   */
  readonly askFromBytes?: number | undefined;
  /** Declare the SHA-256 of each part, so that bytes that broke on the way are noticed at once. @default true */
  readonly partChecksums?: boolean | undefined;
  /** Size of the parts to ask for, in bytes. @default by the size of the file and the rate measured before */
  readonly partSizeBytes?: number | undefined;
  /** Most parts under way at a time, within what the client has under way in all. @default what suits the platform */
  readonly maxParallel?: number | undefined;
  /** Names the creation of the upload: twice the same key, with the same bytes, is one upload. @default a random one */
  readonly idempotencyKey?: string | undefined;
  /** Take up the upload with this id. @default what was remembered of this file, else a new one */
  readonly fileId?: string | undefined;
  /**
   * Remember the upload, so that it can be taken up after a reload. Bytes in memory, and a file whose upload is under
   * way already, are not remembered.
   *
   * @default true where there is a store
   */
  readonly isResumable?: boolean | undefined;
  /** What the result waits for. @default 'verdict' */
  readonly until?: 'sent' | 'verdict' | undefined;
}

/** What uploading needs, for all uploads of one client. */
export interface UploadDeps extends RetryDeps {
  readonly transport: Transport;
  readonly platform: Platform;
  readonly store: ResumeStore | undefined;
  /** Names the service among those that the store remembers. */
  readonly scope: string;
  readonly maxParallel: number | undefined;
  /** Aborts when the client is closed. */
  readonly closed: AbortSignal;
  /** Keeps the uploads of the client apart. */
  readonly claims: Claims;
  /** Of the uploads that are under way, from their creation to their end. */
  readonly uploadTurns: Turns;
  /** Of those whose bytes are being sent. */
  readonly sendingTurns: Turns;
  /** What earlier uploads have taught; written by each. */
  readonly measured: { connectionRate?: number | undefined };
}
