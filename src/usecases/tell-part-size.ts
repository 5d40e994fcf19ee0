import type { File } from '../domain/file.js';
import type { FileTransaction } from '../ports/file-store.js';

/**
 * Reads a file for somebody who is told how large its parts are and relies on it: requests of a sender who was not told
 * may have settled another size since it was read, and settle none from now on.
 */
export const tellPartSize = async (tx: FileTransaction, file: File): Promise<File> =>
  file.isPartSizeOpen
    ? { ...file, isPartSizeOpen: false, partSizeBytes: await tx.settlePartSize(file.id) }
    : file;
