import { defaultActionOf, type FindingAction, type FindingCode } from './finding-codes.js';
import type { QuotaShare } from './quota.js';

/** What becomes of a file that is longer than any stream that a scanner can judge. */
export const OVERSIZE_RULES = ['UNSCANNABLE', 'OVERLAPPING_SEGMENTS'] as const;

/** What becomes of a file that is longer than any stream that a scanner can judge. */
export type OversizeRule = (typeof OVERSIZE_RULES)[number];

/** What a tenant has decided for its files; versioned, and all that a verdict depends on. */
export interface PolicyRules {
  /** Largest single file, in bytes. */
  readonly maxFileBytes: number;
  /** Largest single file of a type or of a class of types (`image/*`), where that is less. */
  readonly maxBytesByType: Readonly<Record<string, number>>;
  /** Media types, or classes of them, that alone are accepted; empty for all. */
  readonly allowedTypes: readonly string[];
  /** Media types that are refused, e.g. `application/x-msdownload`; `image/*` refuses a whole class. */
  readonly deniedTypes: readonly string[];
  /** Ends of names that alone are accepted, without the dot and in lower case; empty for all. */
  readonly allowedExtensions: readonly string[];
  /** Ends of names that are refused, e.g. `exe` or `tar.gz`. */
  readonly deniedExtensions: readonly string[];
  /** What findings mean here; those that are not named mean what the table of findings says. */
  readonly findingActions: Readonly<Partial<Record<FindingCode, FindingAction>>>;
  readonly oversize: OversizeRule;
}

/** What a tenant accepts: its own rules, within what the operator allows it. */
export interface TenantPolicy extends PolicyRules {
  /** Largest single file that the operator allows, in bytes. */
  readonly ceilingBytes: number;
  /** What all files of the tenant may come to together. */
  readonly quota: QuotaShare;
  /** Whether clients may send parts straight to the object store. */
  readonly directTransfer: boolean;
}

/** What a tenant begins with: everything up to the operator's ceiling, as the table of findings says. */
export const FIRST_RULES: PolicyRules = {
  maxFileBytes: Number.MAX_SAFE_INTEGER,
  maxBytesByType: {},
  allowedTypes: [],
  deniedTypes: [],
  allowedExtensions: [],
  deniedExtensions: [],
  findingActions: {},
  oversize: 'UNSCANNABLE',
};

/** One version of a tenant's rules. Versions are never changed and never removed. */
export interface PolicyVersion {
  /** 1, 2, 3 ... for each tenant without gaps; zero is what a tenant begins with. */
  readonly version: number;
  readonly rules: PolicyRules;
  /** Who, when and why; all `null` for version zero. */
  readonly createdBy: string | null;
  readonly createdAt: Date | null;
  readonly reason: string | null;
}

/** Whether the tenant refuses no files of a media type. Parameters and letter case do not matter. */
export const isTypeAllowed = (policy: Pick<PolicyRules, 'deniedTypes'>, mediaType: string): boolean =>
  !patternsOf(mediaType).some((pattern) => policy.deniedTypes.includes(pattern));

/** Whether a media type is one of those that alone are accepted, where there are such. */
export const isTypeListed = (
  { allowedTypes }: Pick<PolicyRules, 'allowedTypes'>,
  mediaType: string,
): boolean =>
  allowedTypes.length === 0 || patternsOf(mediaType).some((pattern) => allowedTypes.includes(pattern));

/** Whether the tenant accepts files with a name that ends so. Letter case does not matter. */
export function isNameAllowed(
  { allowedExtensions, deniedExtensions }: Pick<PolicyRules, 'allowedExtensions' | 'deniedExtensions'>,
  name: string,
): boolean {
  const lower = name.toLowerCase();
  const ends = (extension: string): boolean => lower.endsWith(`.${extension}`);
  return !deniedExtensions.some(ends) && (allowedExtensions.length === 0 || allowedExtensions.some(ends));
}

/** Largest file of a media type that the tenant accepts, in bytes; of every type where none is known. */
export const maxBytesOf = (policy: TenantPolicy, mediaType: string | null): number =>
  Math.min(
    policy.maxFileBytes,
    policy.ceilingBytes,
    ...(mediaType === null ? [] : limitsOfType(policy, mediaType)),
  );

/** Limits that hold for a media type beside that of every file, in bytes. */
export const limitsOfType = (
  { maxBytesByType }: Pick<PolicyRules, 'maxBytesByType'>,
  mediaType: string,
): readonly number[] =>
  patternsOf(mediaType).flatMap((pattern) =>
    Object.hasOwn(maxBytesByType, pattern) ? (maxBytesByType[pattern] ?? []) : [],
  );

/** What a finding makes of a file under these rules. */
export const actionOf = (
  { findingActions }: Pick<PolicyRules, 'findingActions'>,
  code: string,
): FindingAction =>
  (Object.hasOwn(findingActions, code) ? findingActions[code as FindingCode] : undefined) ??
  defaultActionOf(code);

/** A media type itself and its class, as policies name them. */
function patternsOf(mediaType: string): readonly string[] {
  const essence = (mediaType.split(';')[0] ?? '').trim().toLowerCase();
  return [essence, `${essence.split('/')[0] ?? ''}/*`];
}
