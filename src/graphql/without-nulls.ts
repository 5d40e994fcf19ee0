/** An input in which null means absent, as use-cases know it. */
export type WithoutNulls<T> = { readonly [K in keyof T]: Exclude<T[K], null> };

/** GraphQL lets clients say null for what they leave out; use-cases know only absent. */
export const withoutNulls = <T extends object>(input: T): WithoutNulls<T> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as WithoutNulls<T>;
