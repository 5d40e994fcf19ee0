import { holdsQuota, isOpen, type FileState } from './file-state.js';

/** What a tenant has a quota of: bytes and files that are kept, and uploads that are open at the same time. */
export const QUOTA_DIMENSIONS = ['bytes', 'files', 'uploads'] as const;

/** What a tenant has a quota of. */
export type QuotaDimension = (typeof QUOTA_DIMENSIONS)[number];

/** An amount in each dimension: a quota, what of it is used, or how that changes. */
export type QuotaShare = Readonly<Record<QuotaDimension, number>>;

/** Nothing in any dimension. */
export const NO_SHARE: QuotaShare = { bytes: 0, files: 0, uploads: 0 };

/** What a file holds: its size, or while that is unknown what has arrived of it. */
export const shareOf = ({
  state,
  sizeBytes,
  receivedBytes,
}: {
  readonly state: FileState;
  readonly sizeBytes: number | null;
  readonly receivedBytes: number;
}): QuotaShare =>
  holdsQuota(state)
    ? { bytes: sizeBytes ?? receivedBytes, files: 1, uploads: isOpen(state) ? 1 : 0 }
    : NO_SHARE;

/** What has to be claimed, or given back where it is negative, to come from one share to another. */
export const shareBetween = (from: QuotaShare, to: QuotaShare): QuotaShare => ({
  bytes: to.bytes - from.bytes,
  files: to.files - from.files,
  uploads: to.uploads - from.uploads,
});

/** Both together. */
export const sumOf = (one: QuotaShare, other: QuotaShare): QuotaShare => ({
  bytes: one.bytes + other.bytes,
  files: one.files + other.files,
  uploads: one.uploads + other.uploads,
});

/**
 * The first dimension in which a claim does not fit; giving back always fits, also where a quota was lowered
 * below what is used.
 */
export const exceededDimension = (
  quota: QuotaShare,
  used: QuotaShare,
  claim: QuotaShare,
): QuotaDimension | undefined =>
  QUOTA_DIMENSIONS.find(
    (dimension) => claim[dimension] > 0 && used[dimension] + claim[dimension] > quota[dimension],
  );
