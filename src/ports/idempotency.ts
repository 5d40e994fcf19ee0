/** An idempotency key with the request that it stands for. */
export interface IdempotencyClaim {
  /** As the client sent it; unique within the tenant. */
  readonly key: string;
  /** The operation and a hash of its canonical input. */
  readonly fingerprint: string;
  /** How long the key is remembered, in seconds. */
  readonly ttlSeconds: number;
}

/** What became of a claim. A twin that is still running is waited for. */
export type ClaimOutcome =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'replayed'; readonly answer: unknown }
  | { readonly kind: 'mismatch' };
