import { authorise, type Actor } from '../domain/actor.js';
import type { Outcome } from '../domain/errors.js';
import type { File } from '../domain/file.js';
import { receiptOf } from '../domain/receipt.js';
import { ok } from '../domain/result.js';
import type { FileStore } from '../ports/file-store.js';
import type { ReceiptSigner } from '../ports/receipt-signer.js';
import { examinationOf } from './rescan/read-examination.js';

/** What issuing receipts needs. */
export interface IssueReceiptDeps {
  readonly receipts: ReceiptSigner;
  readonly files: FileStore;
  /** What the service is reached under. */
  readonly issuer: string;
}

/**
 * The signed statement of a file's verdict, as a compact JWS; `null` while there is none. It is made when it is
 * asked for, from what is stored, and is the same every time until the bytes are examined again.
 */
export const issueReceipt =
  ({ receipts, files, issuer }: IssueReceiptDeps) =>
  async (actor: Actor, file: File): Promise<Outcome<string | null>> => {
    const allowed = authorise(actor, 'file:read');
    if (!allowed.ok) return allowed;
    const claims = receiptOf(file, issuer, await examinationOf(files, actor, file));
    return ok(claims ? await receipts.sign(claims) : null);
  };
