import type { QuotaShare } from './quota.js';

/** What a tenant accepts. */
export interface TenantPolicy {
  /** Largest single file, in bytes. */
  readonly maxFileBytes: number;
  /** Largest single file of a type or of a class of types (`image/*`), where that is less. */
  readonly maxBytesByType: Readonly<Record<string, number>>;
  /** What all files of the tenant may come to together. */
  readonly quota: QuotaShare;
  /** Media types that are refused, e.g. `application/x-msdownload`; `image/*` refuses a whole class. */
  readonly deniedTypes: readonly string[];
  /** Whether clients may send parts straight to the object store. */
  readonly directTransfer: boolean;
}

/** Whether the tenant accepts files of a media type. Parameters and letter case do not matter. */
export const isTypeAllowed = (policy: TenantPolicy, mediaType: string): boolean =>
  !patternsOf(mediaType).some((pattern) => policy.deniedTypes.includes(pattern));

/** Largest file of a media type that the tenant accepts, in bytes; of every type where none is known. */
export const maxBytesOf = (policy: TenantPolicy, mediaType: string | null): number =>
  Math.min(policy.maxFileBytes, ...(mediaType === null ? [] : limitsOfType(policy, mediaType)));

/** Limits that hold for a media type beside that of every file, in bytes. */
export const limitsOfType = ({ maxBytesByType }: TenantPolicy, mediaType: string): readonly number[] =>
  patternsOf(mediaType).flatMap((pattern) =>
    Object.hasOwn(maxBytesByType, pattern) ? (maxBytesByType[pattern] ?? []) : [],
  );

/** A media type itself and its class, as policies name them. */
function patternsOf(mediaType: string): readonly string[] {
  const essence = (mediaType.split(';')[0] ?? '').trim().toLowerCase();
  return [essence, `${essence.split('/')[0] ?? ''}/*`];
}
