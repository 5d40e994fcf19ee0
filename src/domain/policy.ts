/** What a tenant accepts. */
export interface TenantPolicy {
  /** Largest single file, in bytes. */
  readonly maxFileBytes: number;
  /** All files of the tenant together, in bytes. */
  readonly quotaBytes: number;
  /** Media types that are refused, e.g. `application/x-msdownload`; `image/*` refuses a whole class. */
  readonly deniedTypes: readonly string[];
}

/** Whether the tenant accepts files of a media type. Parameters and letter case do not matter. */
export function isTypeAllowed(policy: TenantPolicy, mediaType: string): boolean {
  const essence = (mediaType.split(';')[0] ?? '').trim().toLowerCase();
  const family = `${essence.split('/')[0] ?? ''}/*`;
  return !policy.deniedTypes.some((denied) => denied === essence || denied === family);
}
