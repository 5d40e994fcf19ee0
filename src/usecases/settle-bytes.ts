import type { File } from '../domain/file.js';
import { ENTRIES_OF_FAILURE, remainingOf, type Remaining } from '../domain/saga-remaining.js';
import type { LoggedStep } from '../domain/saga.js';
import type { TenantScope } from '../ports/file-store.js';
import { isolateContent, type IsolateContentDeps } from './quarantine/isolate-content.js';
import { removeBytes, type RemoveBytesDeps, type Rests } from './remove-bytes.js';
import { sagaCauseOf } from './saga-cause.js';

/** What settling needs. */
export type SettleBytesDeps = RemoveBytesDeps & IsolateContentDeps;

const WORK: Readonly<
  Record<Remaining, (deps: SettleBytesDeps, scope: TenantScope, file: File, rests?: Rests) => Promise<void>>
> = { MOVE: isolateContent, REMOVE: removeBytes };

/** What is known of the file whose bytes are settled. */
export interface Known {
  /** Of its sagas; without it everything is done that its state may need. */
  readonly log?: readonly LoggedStep[];
  /** Without them they are looked for. */
  readonly rests?: Rests | undefined;
}

/**
 * Brings the bytes of an ended file to where they belong: infected content into the quarantine first, then everything
 * goes that nobody needs. Idempotent; the reconciler calls it again until it was noted as done.
 *
 * @throws TransientError when the store or the database is not there
 */
export async function settleBytes(
  deps: SettleBytesDeps,
  scope: TenantScope,
  file: File,
  { log = [], rests }: Known = {},
): Promise<void> {
  for (const step of remainingOf(file, log)) {
    try {
      await WORK[step](deps, scope, file, rests);
    } catch (error) {
      await noteFailure(deps, scope, file, step, error);
      throw error;
    }
  }
}

/** Best effort: what fails stays due, whether or not the log says so. */
async function noteFailure(
  { files }: SettleBytesDeps,
  scope: TenantScope,
  { id }: File,
  step: Remaining,
  error: unknown,
): Promise<void> {
  const cause = sagaCauseOf(error);
  const entries = ENTRIES_OF_FAILURE[step].map((entry) => ({ ...entry, cause }));
  await files.transact(scope, (tx) => tx.logSteps(id, entries)).catch(() => undefined);
}
