/** What the schema says of every `idempotencyKey`. */
export const IDEMPOTENCY_KEY =
  'The same key and input give the same effect once, and the same answer; another input with a key that was used is ' +
  'refused. A key belongs to the tenant and is remembered for a day from its first use, unless the operator has set ' +
  'another time; after that it is as good as new.';
