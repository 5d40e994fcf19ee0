import type { UploadedFile, UploadOptions } from '../../client/src/node.js';
import type { Session } from '../session.js';
import type { Row } from '../show/display.js';

/** How the upload of one file ended. */
export type UploadResult =
  | {
      readonly kind: 'ended';
      readonly path: string;
      readonly file: UploadedFile;
      /** The service had the bytes, so that nothing was sent. */
      readonly alreadyStored: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly path: string;
      readonly error: unknown;
      readonly fileId: string | undefined;
    };

/**
 * Sends one file and follows it to its verdict. Never throws: what went wrong is part of the result,
 * together with the id by which the upload can be taken up again.
 */
export async function uploadFile(
  session: Session,
  path: string,
  row: Row,
  options: UploadOptions,
): Promise<UploadResult> {
  const upload = session.upload(path, {
    ...options,
    onProgress: (snapshot) => {
      if (snapshot.phase !== 'preparing') row.update(snapshot);
    },
  });
  try {
    const file = await upload.result;
    return { kind: 'ended', path, file, alreadyStored: upload.snapshot().alreadyStored };
  } catch (error) {
    return { kind: 'failed', path, error, fileId: upload.snapshot().fileId };
  }
}
