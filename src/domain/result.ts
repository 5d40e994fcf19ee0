/**
 * The outcome of an operation that the caller can get wrong. What the user did wrong is a value of this
 * type; what cannot happen is thrown.
 */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: E };

/** Wraps a success. */
export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
