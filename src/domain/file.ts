import type { FileState } from './file-state.js';
import type { FileId, TenantId } from './ids.js';
import type { MetadataEntry } from './metadata.js';
import type { Verdict } from './verdict.js';

/** Which work comes first. */
export type Priority = 'INTERACTIVE' | 'BULK';

/** Whether bytes come through the API alone, or clients may send parts straight to the store as well. */
export type TransferMode = 'PROXIED' | 'DIRECT';

/** A file and its upload: the aggregate that everything else refers to. */
export interface File {
  readonly id: FileId;
  readonly tenantId: TenantId;
  /** Grows by one with every change of state; writes are compare-and-set on it. */
  readonly version: number;
  /** As normalised by {@link normaliseName}. */
  readonly name: string;
  /** Declared by the client; `null` until known for an upload of deferred length. */
  readonly sizeBytes: number | null;
  readonly declaredType: string | null;
  /** Declared SHA-256, 64 lower-case hexadecimal digits. */
  readonly declaredSha256: string | null;
  /** From the bytes, `null` until inspected. */
  readonly detectedType: string | null;
  /** Of the bytes as inspected, `null` until then. */
  readonly sha256: string | null;
  readonly state: FileState;
  readonly priority: Priority;
  readonly metadata: readonly MetadataEntry[];
  readonly verdict: Verdict | null;
  /** Size of every part but the last. */
  readonly partSizeBytes: number;
  /** Whether nobody was told that size: then the first request that brings bytes may settle another one. */
  readonly isPartSizeOpen: boolean;
  readonly transferMode: TransferMode;
  /** Bytes that are durable: of parts in the ledger, and of fragments. */
  readonly receivedBytes: number;
  /** Bytes that the scanner has been given; never shrinks, also when an inspection starts again. */
  readonly scannedBytes: number;
  /** The store's handle of the open multipart upload. */
  readonly ingestHandle: string | null;
  /** Key of the staged bytes in the `ingest` area. */
  readonly ingestKey: string;
  /** Key of the sealed copy in the `vault` area; set when CLEAN, and only what it names is ever served. */
  readonly vaultKey: string | null;
  /** Fencing token: number of inspections begun so far. */
  readonly attempt: number;
  /** Fencing token: number of requests that have begun to append to the upload so far. */
  readonly appendToken: number;
  /** When an unfinished upload is given up. */
  readonly expiresAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** One part that is durable and verified. */
export interface Part {
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** Of the store, without quotes. */
  readonly etag: string;
  /** SHA-256 of the part; `null` only where the bytes never passed through the API. */
  readonly sha256: string | null;
  /**
   * MAC of the bytes as they were received, under a key of its own that comes before the tag; absent where they never
   * passed through the API.
   */
  readonly mac?: string | undefined;
  /** MD5 as the store lists it, where that is how the store makes its etags. */
  readonly md5?: string | undefined;
}

/** The beginning of a part that has not arrived whole yet: durable, but not in the ledger. */
export interface Fragment {
  readonly partNumber: number;
  /** From the beginning of the part. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** Where the bytes are, in the `ingest` area. */
  readonly objectKey: string;
  /** As that of a part; absent where nobody has made one. */
  readonly mac?: string | undefined;
}
