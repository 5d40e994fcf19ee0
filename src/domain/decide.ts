import { findConfusables } from './confusable-name.js';
import type { VerdictState } from './file-state.js';
import type { File } from './file.js';
import { isFindingCode, isWorse, type FindingAction } from './finding-codes.js';
import { actionOf, type PolicyRules } from './policy.js';
import { refusalOf } from './policy-refusal.js';
import type { Finding, ScanCoverage, ScanReply, StructureReport, VerdictReason } from './verdict.js';

/** All that one full pass over the staged bytes has shown. */
export interface Evidence {
  readonly reply: ScanReply;
  /** Bytes counted in the pass. */
  readonly sizeBytes: number;
  /** SHA-256 of exactly those bytes. */
  readonly sha256: string;
  /** From magic bytes; `null` when nothing is known of them. */
  readonly detectedType: string | null;
  readonly definitionsVersion: string;
  /** @default WHOLE */
  readonly coverage?: ScanCoverage | undefined;
  /** What the bytes are made of; absent where nobody looked. */
  readonly structure?: StructureReport | undefined;
}

/** What the evidence amounts to. */
export interface Decision {
  readonly outcome: VerdictState;
  readonly reason: VerdictReason | null;
  readonly findings: readonly Finding[];
}

/**
 * Decides over a file from complete evidence. CLEAN is what is left when every reason against it is absent:
 * a new kind of reply that nobody thought of does not compile, and is never clean by default.
 */
export function decide(file: File, evidence: Evidence, policy: PolicyRules): Decision {
  const structural = evidence.structure?.findings ?? [];
  const decision = weigh(decideByReply(file, evidence, policy), structural, policy);
  return { ...decision, findings: [...decision.findings, ...structural, ...findConfusables(file.name)] };
}

/** The worst of what is decided already and of what each finding makes of the file; of equals the first. */
function weigh(decided: Decision, findings: readonly Finding[], policy: PolicyRules): Decision {
  let worst: FindingAction = decided.outcome === 'CLEAN' ? 'ALLOW' : decided.outcome;
  let { outcome, reason } = decided;
  for (const { code } of findings) {
    const action = actionOf(policy, code);
    if (action === 'ALLOW' || !isWorse(action, worst)) continue;
    worst = outcome = action;
    reason = isFindingCode(code) ? code : 'INSPECTION_FAILED';
  }
  return { ...decided, outcome, reason };
}

function decideByReply(file: File, evidence: Evidence, policy: PolicyRules): Decision {
  const { reply } = evidence;
  switch (reply.kind) {
    case 'found':
      return because('INFECTED', 'MALWARE', reply.signature);
    case 'limit':
      return because('UNSCANNABLE', 'SCANNER_LIMIT', reply.detail);
    case 'encrypted':
      return because('UNSCANNABLE', 'ENCRYPTED_ARCHIVE', reply.detail);
    case 'ok':
      return decideUninfected(file, evidence, policy);
  }
}

function decideUninfected(file: File, evidence: Evidence, policy: PolicyRules): Decision {
  if (evidence.definitionsVersion === '') {
    return because('UNSCANNABLE', 'SCANNER_UNAVAILABLE', 'The scanner named no definitions.');
  }
  if (evidence.sizeBytes !== file.sizeBytes) {
    return because('UNSCANNABLE', 'INSPECTION_FAILED', 'The bytes inspected are not as many as declared.');
  }
  if (file.declaredSha256 !== null && file.declaredSha256 !== evidence.sha256) {
    return because('REJECTED', 'CHECKSUM_MISMATCH', `The bytes have SHA-256 ${evidence.sha256}.`);
  }
  if (evidence.coverage === 'SEGMENTS' && !isJudgedInSegments(evidence, policy)) {
    return because('UNSCANNABLE', 'SCANNER_LIMIT', 'What may be a container is not judged in segments.');
  }
  const refusal = refusalOf(
    file,
    { ...evidence, contentType: evidence.structure?.contentType ?? null },
    policy,
  );
  if (refusal) return because('REJECTED', refusal.reason, refusal.detail);
  return { outcome: 'CLEAN', reason: null, findings: [] };
}

/** A segment of a container is not what the container holds, so the true type must be known for one that holds nothing. */
function isJudgedInSegments({ detectedType, structure }: Evidence, policy: PolicyRules): boolean {
  const types = [detectedType, structure?.contentType ?? null].filter((type) => type !== null);
  return policy.oversize === 'OVERLAPPING_SEGMENTS' && types.length > 0 && types.every(isFlat);
}

/** Whether files of a type hold no files, so that each segment of one can be judged. */
export const isFlat = (mediaType: string): boolean => FLAT_TYPES.test(mediaType);

/** Classes of types whose files hold no files. */
const FLAT_TYPES = /^(?:audio|image|text|video)\/(?!svg|html|xml)/;

/** What is decided over a file that no complete pass could be made of. */
export const unscannable = (reason: VerdictReason, detail: string): Decision =>
  because('UNSCANNABLE', reason, detail);

const because = (outcome: VerdictState, reason: VerdictReason, detail: string): Decision => ({
  outcome,
  reason,
  findings: [{ code: reason, detail, path: null }],
});
