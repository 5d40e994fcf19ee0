/** A file that is open for reading. */
export interface OpenedFile {
  /** Read in slices; a slice may be read more than once. */
  readonly blob: Blob;
  /** Without a path. */
  readonly name: string;
  /** Media type, or an empty string. */
  readonly type: string;
  /** Tells this version of this file from every other on this device, as far as one can tell without reading it. */
  readonly fingerprint: string;
}

/** Opens the file of an upload. */
export type OpenFile = () => Promise<OpenedFile>;

/** A file that somebody chose on a page, or bytes in memory. */
export function openBlob(blob: Blob, name?: string): OpenFile {
  const file = typeof File === 'function' && blob instanceof File ? blob : undefined;
  const called = name ?? file?.name ?? 'unnamed';
  const modified = file?.lastModified ?? 0;
  const fingerprint = [called, blob.size, blob.type, modified].join('|');
  return () => Promise.resolve({ blob, name: called, type: blob.type, fingerprint });
}
