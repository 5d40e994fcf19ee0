import type { TenantId } from '../../domain/ids.js';

/** As whom a transaction runs. */
export type Principal =
  /** Within one tenant, as `lazaret_app`. */
  | { readonly kind: 'tenant'; readonly tenantId: TenantId; readonly subject: string }
  /** Across tenants, as `lazaret_system`; only a pool that logs in as it can. */
  | { readonly kind: 'system' }
  /** As whoever the pool logs in as, without a tenant. */
  | { readonly kind: 'login' };

/** Limits of every transaction, in milliseconds. */
export interface TransactionLimits {
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  /**
   * For a whole transaction that somebody waits for, from asking for a connection to the commit, repeats included. Work
   * across tenants has none.
   */
  readonly deadlineMs: number;
}

/**
 * The statements that open a transaction, for one round trip. Everything is local to the transaction, so that
 * nothing outlives it, also behind a pooler that hands the connection to somebody else afterwards.
 */
export function beginStatements(principal: Principal, limits: TransactionLimits): string {
  const settings = { ...settingsOf(principal), ...timeoutsOf(principal, limits) };
  const calls = Object.entries(settings).map(
    ([name, value]) => `set_config('${name}', ${literal(value)}, true)`,
  );
  return `BEGIN; SELECT ${calls.join(', ')}`;
}

function settingsOf(principal: Principal): Record<string, string> {
  switch (principal.kind) {
    case 'tenant':
      return { role: 'lazaret_app', 'app.tenant_id': principal.tenantId, 'app.subject': principal.subject };
    case 'system':
      return { role: 'lazaret_system', 'app.tenant_id': '', 'app.subject': '' };
    case 'login':
      return { 'app.tenant_id': '', 'app.subject': '' };
  }
}

const timeoutsOf = ({ kind }: Principal, limits: TransactionLimits): Record<string, string> => ({
  statement_timeout: String(limits.statementTimeoutMs),
  lock_timeout: String(limits.lockTimeoutMs),
  idle_in_transaction_session_timeout: String(limits.idleInTransactionTimeoutMs),
  // The server keeps to it as well: it need not notice soon that a client has gone.
  ...(kind === 'system' ? {} : { transaction_timeout: String(limits.deadlineMs) }),
});

/** Statements in one round trip take no parameters; hexadecimal digits leave no way out of a literal. */
export const literal = (value: string): string =>
  `convert_from(decode('${Buffer.from(value, 'utf8').toString('hex')}', 'hex'), 'UTF8')`;
