/** Whatever lies in a store, seen past the product: each thing under a name that its row foretells. */
export interface StoredThings {
  /** All there is; what has no name that a row could foretell is called by its place. */
  list(): Promise<ReadonlyMap<string, StoredThing>>;
  /** Part of the name of an open upload, as the database keeps it. */
  readonly handleOf: (ingestHandle: string) => string;
  /** Whether the parts of open uploads are shown, each version of them. */
  readonly showsParts: boolean;
}

/** One thing in a store. */
export interface StoredThing {
  /** Absent where the store does not let anybody read it yet. */
  readonly read?: () => Promise<Buffer>;
}

/** Name of a thing that a row refers to. */
export const sealedName = (key: string): string => `sealed copy ${key}`;
/** What the name of every open upload begins with. */
export const OPEN_UPLOAD = 'open upload';
/** Name of a thing that a row refers to. */
export const uploadName = (key: string, handle: string): string => `${OPEN_UPLOAD} ${handle} of ${key}`;
/** Name of a thing that a row refers to. */
export const partName = (upload: string, partNumber: number, etag: string): string =>
  `part ${partNumber} (${etag}) of ${upload}`;
/** Name of a thing that a row refers to. */
export const fragmentName = (key: string): string => `fragment ${key}`;

/** Keys of fragments, and of nothing else. */
export const FRAGMENT_KEY = /^[^/]+\/fragments\//u;
