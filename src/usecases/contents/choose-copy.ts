import type { ContentTransaction, NewCopy } from '../../ports/contents.js';
import type { ObjectStore } from '../../ports/object-store.js';

/** A copy whose object was looked for. */
export interface ProbedCopy {
  readonly vaultKey: string;
  readonly isThere: boolean;
}

/** Another copy stands for the content, and nobody has looked yet whether it is there. Rolls back. */
export interface Elsewhere {
  readonly ok: false;
  readonly elsewhere: string;
}

/** Looks whether the object of a copy is there, with as many bytes as it must have. */
export async function probeCopy(
  objects: ObjectStore,
  vaultKey: string,
  sizeBytes: number,
): Promise<ProbedCopy> {
  return { vaultKey, isThere: (await objects.stat({ area: 'vault', key: vaultKey })) === sizeBytes };
}

/**
 * Chooses which copy a file refers to: its own, or the one that stands for the same content already and is
 * known to be there. A copy that was lost takes no references any more.
 *
 * @param own - just sealed, and still there
 * @param probed - what stood for the content a moment ago, where somebody looked
 */
export async function chooseCopy(
  tx: ContentTransaction,
  own: NewCopy,
  probed: ProbedCopy | undefined,
): Promise<{ readonly ok: true; readonly value: string } | Elsewhere> {
  if (probed?.isThere === false) await tx.retireContent(probed.vaultKey);
  const { vaultKey } = await tx.enterContent(own);
  const isKnown = vaultKey === own.vaultKey || (probed?.isThere === true && probed.vaultKey === vaultKey);
  return isKnown ? { ok: true, value: vaultKey } : { ok: false, elsewhere: vaultKey };
}
