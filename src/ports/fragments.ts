import type { Fragment } from '../domain/file.js';
import type { FileId } from '../domain/ids.js';

/** What became of a fragment that was noted, or of fragments that were dropped. */
export interface FragmentEntry {
  /** Of the whole file, with what was noted and without what was dropped. */
  readonly receivedBytes: number;
  /** Keys of the fragments that nobody refers to any more. */
  readonly droppedFragments: readonly string[];
}

/** The part of a file transaction that knows the beginnings of parts. */
export interface FragmentTransaction {
  /** Beginnings of parts that are not in the ledger, by part number and offset. */
  fragments(id: FileId): Promise<readonly Fragment[]>;
  /**
   * Notes a fragment, drops those of the same part that it covers, and moves `receivedBytes` with it. The
   * caller holds the file's lock. `undefined`, and nothing is written, when the part is in the ledger or its
   * fragments do not reach up to this one. Throws as `putPart` does.
   */
  putFragment(id: FileId, fragment: Fragment): Promise<FragmentEntry | undefined>;
  /**
   * Drops a fragment with all that follow it in its part, and moves `receivedBytes` back with them. The caller holds the
   * file's lock. Throws `PermanentError` when the upload is over.
   */
  dropFragments(id: FileId, from: Pick<Fragment, 'partNumber' | 'offsetBytes'>): Promise<FragmentEntry>;
}
