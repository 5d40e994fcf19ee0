/** A file that is open for reading. */
export interface OpenedFile {
  /** Read in slices; a slice may be read more than once. */
  readonly blob: Blob;
  /** Without a path. */
  readonly name: string;
  /** Media type, or an empty string. */
  readonly type: string;
  /**
   * Tells this version of this file from every other on this device, as far as one can tell without reading it.
   * `undefined` for bytes in memory, which have neither place nor date.
   */
  readonly fingerprint: string | undefined;
}

/** Opens the file of an upload. */
export type OpenFile = () => Promise<OpenedFile>;

/** A file that somebody chose on a page, or bytes in memory. */
export function openBlob(blob: Blob, name?: string): OpenFile {
  const file = typeof File === 'function' && blob instanceof File ? blob : undefined;
  const called = name ?? file?.name ?? 'unnamed';
  const fingerprint = file && fingerprintOf(file);
  return () => Promise.resolve({ blob, name: called, type: blob.type, fingerprint });
}

/** Files of two folders may have the same name, size and date. */
const fingerprintOf = (file: File): string => {
  const { webkitRelativePath = '' } = file as { readonly webkitRelativePath?: string };
  return [webkitRelativePath, file.name, file.size, file.type, file.lastModified].join('|');
};
