import type { BlockMacs } from '../../domain/block-macs.js';
import type { NewDeadLetter } from '../../domain/dead-letter.js';
import { decide, unscannable, type Decision } from '../../domain/decide.js';
import { fault, TransientError, type Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import type { FileId } from '../../domain/ids.js';
import type { TenantPolicy } from '../../domain/policy.js';
import { ok } from '../../domain/result.js';
import type { ScanCoverage, Verdict, VerdictReason } from '../../domain/verdict.js';
import type { FileTransaction } from '../../ports/file-store.js';
import { announce } from '../announce.js';
import { applyCommand } from '../apply.js';
import { chooseCopy, probeCopy, type Elsewhere, type ProbedCopy } from '../contents/choose-copy.js';
import { closeRefusedJob } from '../dead-letters/close-refused-job.js';
import { policyVersionOf } from '../policy-version.js';
import { findRests, type Rests } from '../remove-bytes.js';
import { settleBytes } from '../settle-bytes.js';
import type { Examination } from './examine.js';
import type { Inspection } from './inspection.js';
import { isStillKnown, type KnownScan } from './known-scan.js';

/** What is written with a decision. */
interface Facts {
  readonly judge: (file: File, policy: TenantPolicy) => Decision;
  readonly engine: string;
  readonly definitionsVersion: string;
  readonly coverage?: ScanCoverage | undefined;
  readonly known?: KnownScan | undefined;
  readonly scannedBytes: number;
  readonly sha256: string | null;
  readonly blocks?: BlockMacs | undefined;
  readonly detectedType: string | null;
  /** Where the file is given up. */
  readonly letter?: NewDeadLetter | undefined;
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

/**
 * Ends a file that cannot be judged, without a hash: not all of its bytes were read. Returns as above.
 *
 * @param letter - where it is given up; its staged bytes are kept then, so that it can be inspected anew
 */
export const concludeUnscannable = (
  inspection: Inspection,
  reason: VerdictReason,
  detail: string,
  letter?: NewDeadLetter,
): Promise<Verdict | undefined> =>
  conclude(inspection, {
    judge: () => unscannable(reason, detail),
    engine: '',
    definitionsVersion: '',
    scannedBytes: 0,
    sha256: null,
    detectedType: null,
    letter,
  });

async function conclude(inspection: Inspection, facts: Facts): Promise<Verdict | undefined> {
  const { deps, scope, sealedKey } = inspection;
  const written = await write(inspection, facts);
  if (!written) return undefined;
  const { decided, rests } = written;
  announce(deps.bus, decided);
  const { tenantId, sha256, vaultKey, verdict, sizeBytes } = decided;
  if (vaultKey !== null && sha256 !== null) deps.hints.set(tenantId, sha256, vaultKey);
  if (vaultKey !== null && vaultKey !== sealedKey) deps.onShared?.(sizeBytes ?? 0);
  if (facts.known) deps.onKnown?.(facts.scannedBytes);
  // What fails here stays due, and the sweeper repeats it.
  if (rests) await settleBytes(deps, scope, decided, { rests }).catch(() => undefined);
  return verdict ?? undefined;
}

/** A file that is decided. */
interface Written {
  readonly decided: File;
  /** What it has left behind; absent where that is kept. */
  readonly rests?: Rests | undefined;
}

/** Rounds in which another copy of the same content may appear just when the last one was looked for. */
const MAX_ROUNDS = 5;

async function write(inspection: Inspection, facts: Facts): Promise<Written | undefined> {
  const { deps, file, sizeBytes } = inspection;
  let known =
    facts.sha256 === null
      ? undefined
      : (facts.known?.vaultKey ?? deps.hints.get(file.tenantId, facts.sha256));
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const probed = known === undefined ? undefined : await probeCopy(deps.objects, known, sizeBytes);
    const written = await writeOnce(inspection, facts, probed);
    if (written.ok) return written.value;
    if (!('elsewhere' in written)) return undefined;
    known = written.elsewhere;
  }
  throw new TransientError('postgres', 'The copies of a content come and go.');
}

/** All or nothing: a fault rolls back, the entry of the copy included. */
const writeOnce = (
  { deps, scope, file, sealedKey }: Inspection,
  facts: Facts,
  probed: ProbedCopy | undefined,
): Promise<Outcome<Written> | Elsewhere> =>
  deps.files.transact(scope, async (tx) => {
    const [current, policy] = await Promise.all([tx.findForUpdate(file.id), tx.policy()]);
    if (current?.attempt !== file.attempt || current.version !== file.version) return fault('CONFLICT');
    const { known } = facts;
    if (known && !(await isStillKnown(tx, known))) {
      throw new TransientError('scanner', 'What was known of the bytes no longer holds.');
    }
    const at = deps.clock.now();
    const decision = facts.judge(current, policy);
    const policyVersion = policyVersionOf(policy);
    const { engine, definitionsVersion, coverage, scannedBytes, sha256, detectedType } = facts;
    const scanner = { engine, definitionsVersion, coverage, scannedBytes };
    // Of the scan that it rests on, so that no verdict is ever older than it says.
    const decidedAt = known?.inspectedAt ?? at;
    const verdict: Verdict = { ...decision, ...scanner, policyVersion, decidedAt };
    const isServed = decision.outcome === 'CLEAN' && sha256 !== null;
    const own = { vaultKey: sealedKey, sizeBytes: scannedBytes, blocks: facts.blocks };
    const copy = isServed ? await chooseCopy(tx, { ...own, sha256 }, probed) : ok(null);
    if (!copy.ok) return copy;
    const command = { kind: 'decide', verdict, sha256, detectedType, vaultKey: copy.value } as const;
    const applied = await applyCommand(tx, withProgress(current, scannedBytes), command, at);
    if (!applied.ok) return applied;
    if (decision.outcome === 'UNSCANNABLE') await closeRefusedJob(tx, file.id, { by: scope.subject, at });
    if (facts.letter) await noteLetter(tx, file.id, facts.letter);
    const rests = facts.letter ? undefined : await findRests(tx, applied.value);
    return ok({ decided: applied.value, rests });
  });

async function noteLetter(tx: FileTransaction, id: FileId, letter: NewDeadLetter): Promise<void> {
  const { attempt, failureClass, message } = letter;
  await tx.noteFailedAttempt(id, { attempt, failureClass, message });
  await tx.addDeadLetter(id, letter);
}

/** Every byte was scanned, also those of the last moments that no heartbeat has noted. */
const withProgress = (file: File, scannedBytes: number): File => ({
  ...file,
  scannedBytes: Math.max(file.scannedBytes, scannedBytes),
});
