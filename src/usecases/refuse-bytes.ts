import { fault, type PermanentError } from '../domain/errors.js';
import type { File } from '../domain/file.js';
import type { TenantScope } from '../ports/file-store.js';
import { endIfLost, lostUpload, type EndIfLostDeps } from './end-if-lost.js';

/** What refusing needs. */
export type RefuseBytesDeps = EndIfLostDeps;

/** Why a file that is not open takes no parts. */
export const tooLate = ({ state }: Pick<File, 'state'>): ReturnType<typeof fault> =>
  fault('CONFLICT', { message: `The upload is ${state}: it takes no parts.` });

/**
 * Says why a store has refused bytes for good. They may have been on their way when their upload ended. Where it is open and
 * the store has lost it, it ends now.
 *
 * @returns CONFLICT; `undefined` where the upload is not the reason
 */
export async function refuseBytes(
  deps: RefuseBytesDeps,
  scope: TenantScope,
  upload: Pick<File, 'id' | 'ingestKey' | 'ingestHandle'>,
  error: PermanentError,
): Promise<ReturnType<typeof fault> | undefined> {
  const { standing, file } = await endIfLost(deps, scope, upload, error);
  switch (standing) {
    case 'lost':
      return lostUpload();
    case 'over':
      return file && tooLate(file);
    case 'whole':
      return fault('CONFLICT', {
        message: 'The bytes of the upload are being put together: it takes no parts.',
      });
    case 'open':
      return undefined;
  }
}
