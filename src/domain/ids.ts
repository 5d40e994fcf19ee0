declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** UUID of a tenant, lower case. */
export type TenantId = Brand<string, 'TenantId'>;
/** UUIDv7 of a file, lower case. */
export type FileId = Brand<string, 'FileId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads a tenant id; `undefined` when the text is no UUID. */
export const parseTenantId = (text: string): TenantId | undefined =>
  UUID.test(text) ? (text as TenantId) : undefined;

/** Reads a file id; `undefined` when the text is no UUID, which callers answer like an unknown id. */
export const parseFileId = (text: string): FileId | undefined =>
  UUID.test(text) ? (text as FileId) : undefined;
