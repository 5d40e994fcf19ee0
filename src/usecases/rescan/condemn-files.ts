import type { File } from '../../domain/file.js';
import type { Verdict } from '../../domain/verdict.js';
import type { Clock } from '../../ports/clock.js';
import type { EventBus } from '../../ports/event-bus.js';
import type { TenantScope } from '../../ports/file-store.js';
import { announce } from '../announce.js';
import { applyCommand } from '../apply.js';
import type { SecondOpinion } from '../inspection/scan-again.js';
import { policyVersionOf } from '../policy-version.js';
import { settleBytes, type SettleBytesDeps } from '../settle-bytes.js';

/** What condemning needs. */
export type CondemnFilesDeps = SettleBytesDeps & { readonly bus: EventBus; readonly clock: Clock };

/** Bytes that a scanner has found something in. */
export interface Hit extends Omit<SecondOpinion, 'reply'> {
  readonly sha256: string;
  readonly signature: string;
}

/** Files that one transaction decides over. */
const BATCH_FILES = 200;

/**
 * Takes every clean file of the tenant with certain bytes out of circulation: it is INFECTED from the commit on, and
 * so no URL of it serves anything. A crash between two batches leaves the rest clean, and its copy due as before.
 *
 * @returns how many files there were
 * @throws TransientError when the database is away
 */
export async function condemnFiles(deps: CondemnFilesDeps, scope: TenantScope, hit: Hit): Promise<number> {
  let total = 0;
  for (;;) {
    const condemned = await condemnBatch(deps, scope, hit);
    for (const file of condemned) announce(deps.bus, file);
    total += condemned.length;
    // What fails here stays due, and the sweeper repeats it.
    for (const file of condemned) await settleBytes(deps, scope, file).catch(() => undefined);
    if (condemned.length < BATCH_FILES) return total;
  }
}

const condemnBatch = ({ files, clock }: CondemnFilesDeps, scope: TenantScope, hit: Hit): Promise<File[]> =>
  files.transact(scope, async (tx) => {
    const policyVersion = policyVersionOf(await tx.policy());
    const condemned: File[] = [];
    for (const file of await tx.lockCleanFiles(hit.sha256, BATCH_FILES)) {
      const at = clock.now();
      const verdict = verdictOf(file, hit, policyVersion, at);
      const changed = await applyCommand(tx, file, { kind: 'redetect', verdict }, at);
      if (changed.ok) condemned.push(changed.value);
    }
    return condemned;
  });

/** What was found before, and did not make the file anything else than clean, stays on the record. */
const verdictOf = (file: File, hit: Hit, policyVersion: string, decidedAt: Date): Verdict => ({
  outcome: 'INFECTED',
  reason: 'MALWARE',
  findings: [{ code: 'MALWARE', detail: hit.signature, path: null }, ...(file.verdict?.findings ?? [])],
  engine: hit.engine,
  definitionsVersion: hit.definitionsVersion,
  coverage: hit.coverage,
  policyVersion,
  scannedBytes: file.sizeBytes ?? 0,
  decidedAt,
});
