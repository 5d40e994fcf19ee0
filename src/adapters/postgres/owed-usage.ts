import type { TenantId } from '../../domain/ids.js';
import { NO_SHARE, type QuotaShare } from '../../domain/quota.js';
import type { TenantScope } from '../../ports/file-store.js';
import { literal } from './principal.js';
import type { Session } from './session.js';

/** What a transaction gives back when it commits. */
export interface Owed {
  share: QuotaShare;
  /** A claim did not fit: whatever the transaction comes to, it is rolled back. */
  isRefused: boolean;
}

/** Begins with nothing, and sees to it that whatever is owed at the end is given back. */
export function oweUsage(session: Session, { tenantId }: TenantScope): Owed {
  const owed = { share: NO_SHARE, isRefused: false };
  session.beforeCommit(() => statementOf(tenantId, owed.share));
  return owed;
}

/** Statements in one round trip take no parameters; whole numbers and hexadecimal digits leave no way out of a literal. */
function statementOf(tenantId: TenantId, { bytes, files, uploads }: QuotaShare): string | undefined {
  if (bytes === 0 && files === 0 && uploads === 0) return undefined;
  return `update tenant_usage set used_bytes = used_bytes + ${whole(bytes)}, file_count = file_count + ${whole(files)},
    open_uploads = open_uploads + ${whole(uploads)} where tenant_id = ${literal(tenantId)}::uuid`;
}

const whole = (count: number): string => `(${BigInt(count).toString()})::bigint`;
