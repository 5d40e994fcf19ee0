/** Of Uppy, what tells whether a file is still there. */
export interface Files<File> {
  getFile(id: string): File | undefined;
}

/** Of the API, what begins an upload and what gives it up. */
export interface Uploads<File> {
  createUpload(file: File): Promise<string>;
  cancelUpload(fileId: string): Promise<void>;
}

/**
 * Creates the upload of a file. One that was taken out meanwhile is cancelled here: Uppy has no id of it to cancel, and
 * it would hold its share of the quota until it expires.
 */
export async function createWhileWanted<File>(
  uploads: Uploads<File>,
  files: Files<File>,
  id: string,
): Promise<string> {
  const file = files.getFile(id);
  if (file === undefined) throw new Error('The file was taken out.');
  const fileId = await uploads.createUpload(file);
  if (files.getFile(id) === undefined) await uploads.cancelUpload(fileId);
  return fileId;
}
