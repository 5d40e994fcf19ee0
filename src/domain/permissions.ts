/** Everything that can be allowed; `@hasPermission` in the schema names one of these. */
const PERMISSIONS = ['file:read', 'file:upload', 'file:download', 'file:delete'] as const;

/** One thing that a role may allow. */
export type Permission = (typeof PERMISSIONS)[number];

/** The roles that every tenant has from its first day. */
export const BUILT_IN_ROLES: Readonly<Record<string, readonly Permission[]>> = {
  admin: ['file:read', 'file:upload', 'file:download', 'file:delete'],
  analyst: ['file:read', 'file:download'],
  uploader: ['file:read', 'file:upload', 'file:download'],
  viewer: ['file:read', 'file:download'],
};

/** Whether the text names a known permission. */
export const isPermission = (text: string): text is Permission =>
  (PERMISSIONS as readonly string[]).includes(text);
