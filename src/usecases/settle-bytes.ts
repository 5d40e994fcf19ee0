import type { File } from '../domain/file.js';
import type { TenantScope } from '../ports/file-store.js';
import { isolateContent, type IsolateContentDeps } from './quarantine/isolate-content.js';
import { removeBytes, type RemoveBytesDeps } from './remove-bytes.js';

/** What settling needs. */
export type SettleBytesDeps = RemoveBytesDeps & IsolateContentDeps;

/**
 * Brings the bytes of an ended file to where they belong: infected content into the quarantine first, then everything
 * goes that nobody needs. Idempotent; the sweeper calls it again until it was noted as done.
 *
 * @throws TransientError when the store or the database is not there
 */
export async function settleBytes(deps: SettleBytesDeps, scope: TenantScope, file: File): Promise<void> {
  if (file.state === 'INFECTED') await isolateContent(deps, scope, file);
  await removeBytes(deps, scope, file);
}
