import { LRUCache } from 'lru-cache';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

/** Entries that the development issuer remembers; its tokens are self-contained and need none. */
const MAX_ENTRIES = 1_000;

/** Where the development issuer keeps what it has to: in memory, bounded, and gone with the process. */
export const memoryAdapter: AdapterFactory = () => {
  const entries = new LRUCache<string, AdapterPayload>({ max: MAX_ENTRIES });
  const findBy = (matches: (payload: AdapterPayload) => boolean): Promise<AdapterPayload | undefined> =>
    Promise.resolve([...entries.values()].find(matches));
  const adapter: Adapter = {
    upsert: (id, payload, expiresIn) => {
      entries.set(id, payload, expiresIn === undefined ? {} : { ttl: expiresIn * 1000 });
      return Promise.resolve();
    },
    find: (id) => Promise.resolve(entries.get(id)),
    findByUserCode: (userCode) => findBy((payload) => payload.userCode === userCode),
    findByUid: (uid) => findBy((payload) => payload.uid === uid),
    consume: (id) => {
      const payload = entries.get(id);
      if (payload) payload.consumed = true;
      return Promise.resolve();
    },
    destroy: (id) => {
      entries.delete(id);
      return Promise.resolve();
    },
    revokeByGrantId: (grantId) => {
      for (const [id, payload] of entries) if (payload.grantId === grantId) entries.delete(id);
      return Promise.resolve();
    },
  };
  return adapter;
};
