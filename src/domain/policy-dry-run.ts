import { decide, type Decision, type Evidence } from './decide.js';
import type { VerdictState } from './file-state.js';
import type { File } from './file.js';
import { isFindingCode } from './finding-codes.js';
import type { PolicyRules } from './policy.js';
import type { ScanReply, Verdict, VerdictReason } from './verdict.js';

/** What other rules would have made of a file. */
export interface DryRun {
  readonly file: File;
  readonly outcome: VerdictState;
  /** `null` where the stored evidence does not say; then the file would have to be inspected again. */
  readonly wouldBe: Pick<Decision, 'outcome' | 'reason'> | null;
}

/** Reasons of verdicts that say that nobody could judge the bytes. */
const UNJUDGED: readonly (VerdictReason | null)[] = [
  'SCANNER_UNAVAILABLE',
  'STORE_UNAVAILABLE',
  'INSPECTION_FAILED',
  'ANALYSER_UNAVAILABLE',
];

/**
 * Decides over a file once more, by what its verdict has kept of the inspection: the scanner's reply, the findings, type,
 * size and hash.
 */
export function dryRun(file: File, verdict: Verdict, rules: PolicyRules): DryRun {
  const evidence = evidenceOf(file, verdict);
  const decision = evidence && decide(file, evidence, rules);
  const wouldBe = decision ? { outcome: decision.outcome, reason: decision.reason } : null;
  return { file, outcome: verdict.outcome, wouldBe };
}

function evidenceOf(file: File, verdict: Verdict): Evidence | undefined {
  const { sha256, sizeBytes, detectedType } = file;
  if (sha256 === null || sizeBytes === null || UNJUDGED.includes(verdict.reason)) return undefined;
  const { definitionsVersion, findings, coverage } = verdict;
  const structural = findings.filter(({ code }) => isFindingCode(code));
  const structure = { findings: structural, contentType: null };
  return {
    reply: replyOf(verdict),
    sizeBytes,
    sha256,
    detectedType,
    definitionsVersion,
    coverage,
    structure,
  };
}

function replyOf({ findings }: Verdict): ScanReply {
  const detailOf = (code: string): string | undefined => {
    const found = findings.find((finding) => finding.code === code);
    return found && (found.detail ?? '');
  };
  const signature = detailOf('MALWARE');
  if (signature !== undefined) return { kind: 'found', signature };
  const limit = detailOf('SCANNER_LIMIT');
  if (limit !== undefined) return { kind: 'limit', detail: limit };
  const encrypted = detailOf('ENCRYPTED_ARCHIVE');
  return encrypted === undefined ? { kind: 'ok' } : { kind: 'encrypted', detail: encrypted };
}
