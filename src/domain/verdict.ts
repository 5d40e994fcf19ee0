import type { VerdictState } from './file-state.js';
import type { FindingCode } from './finding-codes.js';

/** One thing that the inspection found. */
export interface Finding {
  /** Stable code, e.g. `MALWARE`. */
  readonly code: string;
  /** What exactly, e.g. the signature's name. */
  readonly detail: string | null;
  /** The member inside an archive, where known. */
  readonly path: string | null;
}

/** Why a file did not become CLEAN. */
export type VerdictReason =
  | 'MALWARE'
  | 'SCANNER_LIMIT'
  | 'ENCRYPTED_ARCHIVE'
  | 'SCANNER_UNAVAILABLE'
  | 'STORE_UNAVAILABLE'
  | 'INSPECTION_FAILED'
  | 'CHECKSUM_MISMATCH'
  | 'TYPE_NOT_ALLOWED'
  | 'TOO_LARGE'
  | 'ANALYSER_UNAVAILABLE'
  /** The worst of what the analysis of the structure found. */
  | FindingCode;

/** What the analysis of a file's structure came to. */
export interface StructureReport {
  /** Codes of `finding-codes.ts`, in the order of the bytes. */
  readonly findings: readonly Finding[];
  /** The true media type, also of what lies in a container; `null` when the bytes are of no known kind. */
  readonly contentType: string | null;
}

/** How the scanner came to look at all the bytes. */
export const SCAN_COVERAGES = ['WHOLE', 'SEGMENTS'] as const;

/** How the scanner came to look at all the bytes: as one stream, or as segments that overlap. */
export type ScanCoverage = (typeof SCAN_COVERAGES)[number];

/** The outcome of an inspection, as it is stored and shown. */
export interface Verdict {
  readonly outcome: VerdictState;
  readonly reason: VerdictReason | null;
  readonly findings: readonly Finding[];
  /** Name and version of the scanner, e.g. `ClamAV 1.4.6`. */
  readonly engine: string;
  /** Version of the definitions that were used, e.g. `27400`. Empty when the scanner never answered. */
  readonly definitionsVersion: string;
  /** Version of the tenant's policy that it was reached under; absent from verdicts that are older than versions. */
  readonly policyVersion?: string | undefined;
  /** Absent where no scan came to its end, and from verdicts of before, which are over the whole. */
  readonly coverage?: ScanCoverage | undefined;
  /** Bytes that went through the scanner. */
  readonly scannedBytes: number;
  readonly decidedAt: Date;
}

/**
 * What a scanner said of one stream. There is no "nothing": a scanner that says nothing is an error of the
 * port, and so can never be read as clean.
 */
export type ScanReply =
  | { readonly kind: 'ok' }
  | { readonly kind: 'found'; readonly signature: string }
  | { readonly kind: 'limit'; readonly detail: string }
  | { readonly kind: 'encrypted'; readonly detail: string };

/** How the scanner looked at the bytes of a verdict; `null` where no scan came to its end. */
export const coverageOf = ({ coverage, definitionsVersion }: Verdict): ScanCoverage | null =>
  coverage ?? (definitionsVersion === '' ? null : 'WHOLE');
