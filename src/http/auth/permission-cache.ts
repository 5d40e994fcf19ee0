import { LRUCache } from 'lru-cache';
import type { TenantId } from '../../domain/ids.js';
import type { Permission } from '../../domain/permissions.js';
import type { RoleStore } from '../../ports/role-store.js';

/** How long a removed role may still work: subscriptions must end within five seconds of it. */
const TTL_MS = 2_000;
/** Combinations of tenant and roles that are remembered. */
const MAX_ENTRIES = 10_000;

interface Entry {
  readonly permissions: ReadonlySet<Permission> | undefined;
}

/** Spares the database the question that every request asks; requests that ask at once share one answer. */
export function createPermissionCache(roles: RoleStore, ttlMs: number = TTL_MS): RoleStore {
  const cache = new LRUCache<string, Entry, { tenantId: TenantId; roles: readonly string[] }>({
    max: MAX_ENTRIES,
    ttl: ttlMs,
    fetchMethod: async (_key, _stale, { context }) => ({
      permissions: await roles.permissionsOf(context.tenantId, context.roles),
    }),
  });
  return {
    permissionsOf: async (tenantId, names) => {
      const key = JSON.stringify([tenantId, ...[...names].sort()]);
      const entry = await cache.fetch(key, { context: { tenantId, roles: names } });
      return entry?.permissions;
    },
  };
}
