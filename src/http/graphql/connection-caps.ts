import type { TenantId } from '../../domain/ids.js';

/** Gives a place back; calling it again does nothing. */
export type Release = () => void;

/** How many connections may be open for longer than one request. */
export interface CapOptions {
  /** @default 10000 */
  readonly perProcess?: number;
  /** @default 2000 */
  readonly perTenant?: number;
}

/** Counts open connections of a process. */
export interface ConnectionCaps {
  /** Takes a place in the process; `undefined` when there is none. */
  open(): Release | undefined;
  /** Takes a place of a tenant; `undefined` when it has none left. */
  admit(tenantId: TenantId): Release | undefined;
}

/** Bounds the open connections of a process and of each tenant, so that one cannot crowd out the others. */
export function createConnectionCaps({
  perProcess = 10_000,
  perTenant = 2_000,
}: CapOptions = {}): ConnectionCaps {
  const tenants = new Map<TenantId, number>();
  let total = 0;
  return {
    open: () => {
      if (total >= perProcess) return undefined;
      total += 1;
      return once(() => (total -= 1));
    },
    admit: (tenantId) => {
      const count = tenants.get(tenantId) ?? 0;
      if (count >= perTenant) return undefined;
      tenants.set(tenantId, count + 1);
      return once(() => {
        const left = (tenants.get(tenantId) ?? 1) - 1;
        if (left > 0) tenants.set(tenantId, left);
        else tenants.delete(tenantId);
      });
    },
  };
}

function once(release: () => void): Release {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    release();
  };
}
