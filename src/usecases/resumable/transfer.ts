import type { File, Fragment, Part } from '../../domain/file.js';
import { durablePrefix } from '../../domain/upload-position.js';
import type { FileTransaction } from '../../ports/file-store.js';

/** An upload as somebody sees it who sends it from front to back. */
export interface Transfer {
  readonly file: File;
  readonly parts: ReadonlyMap<number, Part>;
  /** Of the part that the prefix ends in. */
  readonly fragments: readonly Fragment[];
  /** Bytes from the beginning that are durable without a gap. */
  readonly offsetBytes: number;
}

/** Reads how far an upload is from the ledger. */
export async function readTransfer(tx: FileTransaction, file: File): Promise<Transfer> {
  // The first byte in the ledger moves a file on from there.
  if (file.state === 'PENDING') return { file, parts: new Map(), fragments: [], offsetBytes: 0 };
  const parts = new Map((await tx.parts(file.id)).map((part) => [part.partNumber, part]));
  const fragments = await tx.fragments(file.id);
  return { file, parts, fragments, offsetBytes: durablePrefix(file, parts, fragments) };
}
