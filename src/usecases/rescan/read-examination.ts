import { authorise, type Actor } from '../../domain/actor.js';
import type { Outcome } from '../../domain/errors.js';
import { lastExamination, type Examination } from '../../domain/examination.js';
import type { File } from '../../domain/file.js';
import { ok } from '../../domain/result.js';
import type { FileStore, TenantScope } from '../../ports/file-store.js';

/** When and with what the bytes of a file were examined last; `null` where no scanner ever answered. */
export const readExamination =
  ({ files }: { readonly files: FileStore }) =>
  async (actor: Actor, file: File): Promise<Outcome<Examination | null>> => {
    const allowed = authorise(actor, 'file:read');
    if (!allowed.ok) return allowed;
    return ok((await examinationOf(files, actor, file)) ?? null);
  };

/** The same for whoever is authorised already. */
export async function examinationOf(
  files: FileStore,
  scope: TenantScope,
  file: File,
): Promise<Examination | undefined> {
  const { vaultKey } = file;
  const copy =
    vaultKey === null ? undefined : await files.transact(scope, (tx) => tx.findExamination(vaultKey));
  return lastExamination(file, copy);
}
