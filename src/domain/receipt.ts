import type { Examination } from './examination.js';
import type { File } from './file.js';
import { coverageOf, type Finding, type ScanCoverage, type Verdict } from './verdict.js';

/** What a receipt states of a file, in the order in which it is written. Documented in docs/receipts.md. */
export interface ReceiptClaims {
  /** What the service is reached under. */
  readonly iss: string;
  /** The file. */
  readonly sub: string;
  /** When the verdict was reached, in whole seconds since 1970. */
  readonly iat: number;
  readonly tenant: string;
  /** SHA-256 of the bytes as inspected; `null` where not all of them were read. */
  readonly sha256: string | null;
  /** Size of the file, in bytes. */
  readonly size: number;
  readonly verdict: Verdict['outcome'];
  readonly reason: Verdict['reason'];
  readonly findings: readonly Finding[];
  readonly engine: string;
  readonly definitions: string;
  /** Version of the tenant's policy; `null` for verdicts from before policies had one. */
  readonly policy: string | null;
  /** Whether the scanner looked at the whole, or at segments that overlap; `null` where no scan came to its end. */
  readonly coverage: ScanCoverage | null;
  /** Bytes that the scanner was given. */
  readonly scanned: number;
  /** RFC 3339, in UTC with milliseconds. */
  readonly decidedAt: string;
  /** The last time that the bytes came out as the verdict says; `null` where no scanner ever answered. */
  readonly examined: {
    readonly engine: string;
    readonly definitions: string;
    /** RFC 3339, in UTC with milliseconds. */
    readonly at: string;
  } | null;
}

/**
 * States the verdict of a file. Everything comes from what is stored, so that the statement is the same whenever it
 * is made, until the bytes are examined again.
 *
 * @param issuer - what the service is reached under
 * @param examination - the last one
 * @returns `undefined` while there is no verdict
 */
export function receiptOf(
  file: File,
  issuer: string,
  examination: Examination | undefined,
): ReceiptClaims | undefined {
  const { verdict } = file;
  if (!verdict) return undefined;
  return {
    iss: issuer,
    sub: file.id,
    iat: Math.floor(verdict.decidedAt.getTime() / 1000),
    tenant: file.tenantId,
    sha256: file.sha256,
    size: file.sizeBytes ?? file.receivedBytes,
    verdict: verdict.outcome,
    reason: verdict.reason,
    findings: verdict.findings.map(({ code, detail, path }) => ({ code, detail, path })),
    engine: verdict.engine,
    definitions: verdict.definitionsVersion,
    policy: verdict.policyVersion ?? null,
    coverage: coverageOf(verdict),
    scanned: verdict.scannedBytes,
    decidedAt: verdict.decidedAt.toISOString(),
    examined: examination
      ? {
          engine: examination.engine,
          definitions: examination.definitionsVersion,
          at: examination.examinedAt.toISOString(),
        }
      : null,
  };
}
