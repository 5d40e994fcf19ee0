import type { FileId } from '../../src/domain/ids.js';
import { transition, type FileCommand } from '../../src/domain/transition.js';
import type { File } from '../../src/domain/file.js';
import type { FileStore, TenantScope } from '../../src/ports/file-store.js';
import { cleanDecision, makePart, storeFile } from './stored-files.js';

/** Something that may happen to a file; what its state does not allow changes nothing. */
export type Step = 'part' | 'cancel' | 'expire' | 'complete' | 'clean' | 'reject' | 'delete';

/** A file and what happens to it, one after the other. */
export interface Life {
  /** `null` where only the bytes tell. */
  readonly sizeBytes: number | null;
  readonly steps: readonly Step[];
}

/** Leads the life of a file in the database. */
export async function playLife(store: FileStore, scope: TenantScope, life: Life): Promise<void> {
  const { id } = await storeFile(store, scope, { sizeBytes: life.sizeBytes });
  for (const step of life.steps) {
    if (step === 'part') await sendPart(store, scope, id, life.sizeBytes ?? 3);
    else await tryStep(store, scope, id, step);
  }
}

/** A part of an upload that is over is refused by the database. */
const sendPart = (store: FileStore, scope: TenantScope, id: FileId, sizeBytes: number): Promise<unknown> =>
  store.transact(scope, (tx) => tx.putPart(id, makePart(1, sizeBytes))).catch(() => undefined);

async function tryStep(
  store: FileStore,
  scope: TenantScope,
  id: FileId,
  step: Exclude<Step, 'part'>,
): Promise<void> {
  await store.transact(scope, async (tx) => {
    const file = await tx.findForUpdate(id);
    const next = file && transition(file, commandOf(step, file), new Date());
    if (!file || next?.ok !== true) return;
    const outcome = await tx.change(file, next.value);
    if (outcome !== 'written') throw new Error(`The change was not stored: ${outcome}.`);
  });
}

function commandOf(step: Exclude<Step, 'part'>, file: File): FileCommand {
  if (step === 'complete') return { kind: 'complete', sizeBytes: file.sizeBytes ?? file.receivedBytes };
  if (step === 'clean') return cleanDecision(file);
  if (step !== 'reject') return { kind: step };
  const clean = cleanDecision(file);
  if (clean.kind !== 'decide') throw new Error('A decision decides.');
  const verdict = { ...clean.verdict, outcome: 'REJECTED' as const, reason: 'TYPE_NOT_ALLOWED' as const };
  return { ...clean, verdict, vaultKey: null };
}
