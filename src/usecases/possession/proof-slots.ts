import type { TenantId } from '../../domain/ids.js';

/** How many answers are compared at the same time. */
export interface ProofLimits {
  readonly perTenant: number;
  readonly perProcess: number;
}

/** Takes a slot: a function that gives it back, or `undefined` when all are taken. */
export type TakeProofSlot = (tenantId: TenantId) => (() => void) | undefined;

/** Bounds the reading that answers cause, in all and for each tenant. */
export function createProofSlots({ perTenant, perProcess }: ProofLimits): TakeProofSlot {
  const taken = new Map<TenantId, number>();
  let total = 0;
  return (tenantId) => {
    const own = taken.get(tenantId) ?? 0;
    if (own >= perTenant || total >= perProcess) return undefined;
    taken.set(tenantId, own + 1);
    total += 1;
    return () => {
      total -= 1;
      const rest = (taken.get(tenantId) ?? 1) - 1;
      if (rest === 0) taken.delete(tenantId);
      else taken.set(tenantId, rest);
    };
  };
}
