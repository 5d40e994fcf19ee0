import type { Readable } from 'node:stream';

/** `ingest` holds staged bytes that nobody can download, `vault` the sealed copies that are served. */
export type Area = 'ingest' | 'vault';

/** Every area that a store has; nothing of an `ObjectStore` reaches the quarantine. See `QuarantineArea`. */
export type StoredArea = Area | 'quarantine';

/** Where an object lies. Keys are made by the server: lower-case letters, digits, `-` and `/`. */
export interface ObjectRef {
  readonly area: Area;
  readonly key: string;
}

/** A multipart upload that is open in the `ingest` area. */
export interface OpenUpload {
  readonly key: string;
  /** Opaque to everybody but the store. */
  readonly handle: string;
}

/** One part as the store confirmed it. */
export interface StoredPart {
  readonly partNumber: number;
  /** Names exactly these bytes: putting the part again yields another etag or the same content. No quotes. */
  readonly etag: string;
}

/** One part as the store lists it. */
export interface ListedPart extends StoredPart {
  readonly sizeBytes: number;
  /** MD5 of the bytes, 32 hexadecimal digits; absent where the store makes its etags in another way. */
  readonly md5?: string;
}

/** One part that a client is about to send to the store itself. */
export interface DirectPart {
  readonly partNumber: number;
  /** Exactly so many bytes are let in. */
  readonly sizeBytes: number;
  /** If given, other bytes are refused. 64 lower-case hexadecimal digits. */
  readonly sha256?: string | undefined;
}

/** A request that a client may make of the store. */
export interface SignedRequest {
  readonly url: string;
  /** To be sent just so. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** The ability of a store to take parts from clients that are told no secret. */
export interface DirectTransfer {
  /**
   * Signs the PUT of one part of one upload, for a while, with a credential that can do nothing but write into
   * `ingest`. Makes no request.
   *
   * @param ttlSeconds - at most seven days
   */
  signPart(upload: OpenUpload, part: DirectPart, ttlSeconds: number): Promise<SignedRequest>;

  /**
   * The parts that the store has of an open upload, ascending. Throws `UploadGoneError` when the upload is not open.
   *
   * @param afterPart - leaves out parts up to this number
   */
  listParts(upload: OpenUpload, afterPart: number, signal?: AbortSignal): Promise<readonly ListedPart[]>;
}

/** Bytes `start` to `end`, both included, as in RFC 9110. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** An object being read. Whoever opened it must consume or destroy the body. */
export interface OpenObject {
  /** Size of the whole object, also when a range is read. */
  readonly sizeBytes: number;
  readonly body: Readable;
}

/**
 * Bytes that are only lent: a chunk may be overwritten as soon as the next one is asked for, so whoever needs it for
 * longer copies it.
 */
export type LentChunks = AsyncIterable<Uint8Array>;

/**
 * Keeps bytes. Every method throws `TransientError` when a later try may succeed and `PermanentError`
 * when it cannot; nothing that was acknowledged is lost by a crash of any process or of the store.
 * All of it is cancelled by the signal, and what a cancelled call left behind is never visible.
 */
export interface ObjectStore {
  /** Bytes of the smallest part that is not the last one of its upload. */
  readonly minPartBytes: number;

  /** Opens a multipart upload. Not idempotent: each call opens another, and the unused one is collectable. */
  beginUpload(key: string, signal?: AbortSignal): Promise<OpenUpload>;

  /**
   * Streams one part in, with backpressure and without holding it in memory. Replaces an earlier part of
   * the same number atomically. When the body fails or does not have exactly `sizeBytes`, the call throws
   * (the body's own error where there is one) and an earlier part stays as it was. The body is consumed or
   * destroyed in every case, also in `write`. Throws `UploadGoneError` when the upload is not open.
   */
  putPart(
    upload: OpenUpload,
    partNumber: number,
    sizeBytes: number,
    body: Readable,
    signal?: AbortSignal,
  ): Promise<StoredPart>;

  /**
   * Makes the named parts, in order, the object `ingest/<key>`. Idempotent: also succeeds when an earlier
   * call with the same upload did. No parts make an object of zero bytes. Throws `UploadGoneError` when there is no such
   * upload, or one without these parts.
   */
  finishUpload(upload: OpenUpload, parts: readonly StoredPart[], signal?: AbortSignal): Promise<void>;

  /** Forgets an upload and its parts. Idempotent. */
  abortUpload(upload: OpenUpload, signal?: AbortSignal): Promise<void>;

  /**
   * Makes parts of other uploads, in order, the parts 1 and up of an upload that has none, without moving a byte.
   * The others keep theirs. Optional: only a store that takes parts of any size can do it. Idempotent. Throws
   * `UploadGoneError`, which says which one, when an upload or a part of it is not there.
   */
  adoptParts?(
    upload: OpenUpload,
    sources: readonly { readonly upload: OpenUpload; readonly part: StoredPart }[],
  ): Promise<readonly StoredPart[]>;

  /**
   * Removes a part that another one of the same number has replaced in the ledger. Optional: only a store
   * that keeps every version of a part until the upload ends has something to remove. Idempotent.
   */
  discardPart?(upload: OpenUpload, part: StoredPart): Promise<void>;

  /** Present where clients may send parts to the store themselves. */
  readonly direct?: DirectTransfer;

  /**
   * Writes a whole object of known size. Overwrites; visible only when complete and durable.
   *
   * @param body - the chunks of a `Readable` are the store's to keep, those of anything else are lent
   */
  write(ref: ObjectRef, sizeBytes: number, body: Readable | LentChunks, signal?: AbortSignal): Promise<void>;

  /** Opens an object for reading; `undefined` when there is none. The range must lie within the object. */
  read(ref: ObjectRef, range?: ByteRange, signal?: AbortSignal): Promise<OpenObject | undefined>;

  /**
   * Opens a whole object for one pass over it, by one asynchronous iteration: its chunks are {@link LentChunks}.
   * `undefined` when there is none.
   */
  lend(ref: ObjectRef, signal?: AbortSignal): Promise<OpenObject | undefined>;

  /** Size of an object in bytes; `undefined` when there is none. */
  stat(ref: ObjectRef, signal?: AbortSignal): Promise<number | undefined>;

  /** Removes an object. Idempotent. */
  remove(ref: ObjectRef, signal?: AbortSignal): Promise<void>;

  /**
   * Whether it takes new bytes of clients; what is there is served and examined all the same. Optional: only a store that
   * has its end in sight can tell.
   */
  hasRoom?(): Promise<boolean>;

  /**
   * How many bytes of what has come already can be sealed: more than `hasRoom` leaves to clients, and never all that is
   * free. Optional as well. Throws `TransientError` while the store is not there, or does not answer in a few seconds.
   */
  spareBytes?(): Promise<number>;

  /** Resolves when the store takes reads and writes. */
  check(signal?: AbortSignal): Promise<void>;
}
