import { decide } from '../../domain/decide.js';
import type { Outcome } from '../../domain/errors.js';
import type { File } from '../../domain/file.js';
import type { TenantPolicy } from '../../domain/policy.js';
import { isFindingCode } from '../../domain/finding-codes.js';
import type { StructureReport, Verdict } from '../../domain/verdict.js';
import { isVerdictReusable } from '../../domain/verdict-reuse.js';
import type { StoredContent } from '../../ports/contents.js';
import type { FileTransaction } from '../../ports/file-store.js';
import { applyCommand, written } from '../apply.js';
import { policyVersionOf } from '../policy-version.js';
import type { ProvenContent } from './compare-proof.js';

/**
 * Makes a file of bytes that are stored already. It goes through the states of every file, with their events,
 * audit rows and quota, and what is decided over it is decided by the rules and the policy of now; only the
 * pass over the bytes is that of the content.
 *
 * @param file - new, not written yet
 * @returns `undefined` where the content was given up meanwhile or its verdict no longer holds: nothing that
 *   was written may be committed then
 */
export async function adoptContent(
  tx: FileTransaction,
  file: File,
  { content: { vaultKey }, status }: ProvenContent,
  at: Date,
): Promise<Outcome<File> | undefined> {
  const inserted = written(await tx.insert(file), file);
  if (!inserted.ok) return inserted;
  const content = await tx.lockContent(vaultKey);
  const isNumbered = status.definitionsBuiltAt !== null;
  if (!content || !isVerdictReusable(content, { ...status, isNumbered, at })) return undefined;
  const policy = await tx.policy();
  const policyVersion = policyVersionOf(policy);
  // Other rules need another look, and so does a label under which nobody has looked at these bytes.
  const findings = await tx.findingsOf(vaultKey, { ...file, policyVersion });
  if (!findings) return undefined;
  const { sizeBytes } = content;
  await tx.receiveStored(file.id);
  const received = { ...file, receivedBytes: sizeBytes };
  const scanning = await applyCommand(tx, received, { kind: 'complete', sizeBytes }, at);
  if (!scanning.ok) return scanning;
  const seen = { ...content, findings: findings.filter(({ code }) => isFindingCode(code)) };
  return conclude(tx, { ...scanning.value, scannedBytes: sizeBytes }, seen, policy, at);
}

async function conclude(
  tx: FileTransaction,
  file: File,
  content: StoredContent & Pick<StructureReport, 'findings'>,
  policy: TenantPolicy,
  at: Date,
): Promise<Outcome<File>> {
  const { engine, definitionsVersion, coverage, detectedType, sizeBytes, sha256, inspectedAt, vaultKey } =
    content;
  const structure = { findings: content.findings, contentType: detectedType };
  const known = { sizeBytes, sha256, detectedType, definitionsVersion, coverage, structure };
  const evidence = { reply: { kind: 'ok' }, ...known } as const;
  const decision = decide(file, evidence, policy);
  const verdict: Verdict = {
    ...decision,
    engine,
    definitionsVersion,
    policyVersion: policyVersionOf(policy),
    coverage,
    scannedBytes: sizeBytes,
    // Of the inspection that the verdict rests on: it may be older than the file.
    decidedAt: inspectedAt,
  };
  const isServed = decision.outcome === 'CLEAN';
  const command = {
    kind: 'decide',
    verdict,
    sha256,
    detectedType,
    vaultKey: isServed ? vaultKey : null,
  } as const;
  return applyCommand(tx, file, command, at);
}
