import { decide, unscannable, type Decision } from '../../domain/decide.js';
import type { File } from '../../domain/file.js';
import type { TenantPolicy } from '../../domain/policy.js';
import type { Verdict, VerdictReason } from '../../domain/verdict.js';
import { announce } from '../announce.js';
import { applyCommand } from '../apply.js';
import { removeBytes } from '../remove-bytes.js';
import type { Examination } from './examine.js';
import type { Inspection } from './inspection.js';

/** What is written with a decision. */
interface Facts {
  readonly judge: (file: File, policy: TenantPolicy) => Decision;
  readonly engine: string;
  readonly definitionsVersion: string;
  readonly scannedBytes: number;
  readonly sha256: string | null;
  readonly detectedType: string | null;
}

/**
 * Decides by complete evidence and writes it.
 *
 * @returns the verdict; `undefined` when another attempt is the current one, and nothing was written
 */
export const concludeByEvidence = (
  inspection: Inspection,
  evidence: Examination,
): Promise<Verdict | undefined> =>
  conclude(inspection, {
    ...evidence,
    scannedBytes: evidence.sizeBytes,
    judge: (file, policy) => decide(file, evidence, policy),
  });

/** Ends a file that cannot be judged, without a hash: not all of its bytes were read. Returns as above. */
export const concludeUnscannable = (
  inspection: Inspection,
  reason: VerdictReason,
  detail: string,
): Promise<Verdict | undefined> =>
  conclude(inspection, {
    judge: () => unscannable(reason, detail),
    engine: '',
    definitionsVersion: '',
    scannedBytes: 0,
    sha256: null,
    detectedType: null,
  });

async function conclude(inspection: Inspection, facts: Facts): Promise<Verdict | undefined> {
  const { deps, scope } = inspection;
  const decided = await write(inspection, facts);
  if (!decided?.verdict) return undefined;
  announce(deps.bus, decided);
  // What fails here stays due, and the sweeper repeats it.
  await removeBytes(deps, scope, decided).catch(() => undefined);
  return decided.verdict;
}

const write = ({ deps, scope, file, sealedKey }: Inspection, facts: Facts): Promise<File | undefined> =>
  deps.files.transact(scope, async (tx) => {
    const current = await tx.findForUpdate(file.id);
    if (current?.attempt !== file.attempt || current.version !== file.version) return undefined;
    const at = deps.clock.now();
    const decision = facts.judge(current, await tx.policy());
    const { engine, definitionsVersion, scannedBytes, sha256, detectedType } = facts;
    const verdict: Verdict = { ...decision, engine, definitionsVersion, scannedBytes, decidedAt: at };
    const vaultKey = decision.outcome === 'CLEAN' ? sealedKey : null;
    // Every byte was scanned, also those of the last moments that no heartbeat has noted.
    await tx.renewInspection(file.id, file.attempt, scannedBytes, deps.settings.leaseMs);
    const command = { kind: 'decide', verdict, sha256, detectedType, vaultKey } as const;
    const outcome = await applyCommand(tx, withProgress(current, scannedBytes), command, at);
    return outcome.ok ? outcome.value : undefined;
  });

const withProgress = (file: File, scannedBytes: number): File => ({
  ...file,
  scannedBytes: Math.max(file.scannedBytes, scannedBytes),
});
