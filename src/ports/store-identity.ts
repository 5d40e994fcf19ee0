/** The ability of a store to say which one it is. */
export interface StoreIdentity {
  /** Where the store keeps its id, for operators to read: a path or an address without secrets. */
  readonly identityPlace: string;

  /**
   * The id that the store was given. `undefined` where there is none: the store is new, or this is not the store.
   * Throws `TransientError`, and `PermanentError` when something else lies in the place.
   */
  identity(signal?: AbortSignal): Promise<string | undefined>;

  /** Gives the store its id, durably. Throws `TransientError`, `PermanentError`. */
  identify(id: string, signal?: AbortSignal): Promise<void>;
}

/** Which store the database has its files in. */
export interface ExpectedStore {
  /** A UUID in lower case. */
  readonly id: string;
  /** Whether the store was seen to have the id; before that it may still have to be given to it. */
  readonly isSettled: boolean;
}

/** What the database remembers of its one object store. Throws `TransientError`. */
export interface StoreRegistry {
  /** `undefined` before the first start. */
  expected(): Promise<ExpectedStore | undefined>;
  /** Proposes an id. The first proposal stays. @returns what stands */
  propose(id: string): Promise<ExpectedStore>;
  /** Notes that the store has the id. Idempotent. */
  settle(id: string): Promise<void>;
}
