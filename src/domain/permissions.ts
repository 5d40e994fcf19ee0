/** Everything that can be allowed; `@hasPermission` in the schema names one of these. */
export const PERMISSIONS = [
  'file:read',
  'file:upload',
  'file:download',
  'file:delete',
  // Have a clean file examined again.
  'file:rescan',
  // See the policy of the tenant and its history, and try what another one would have decided.
  'policy:read',
  // Change the policy of the tenant.
  'policy:manage',
  // See what is quarantined, and the history of it.
  'quarantine:read',
  // Ask for the release of infected content, and take a release back.
  'quarantine:request-release',
  // Decide on the request of somebody else; never on one's own.
  'quarantine:approve-release',
  // Download infected content as it is, while a release of it is in force.
  'quarantine:download-released',
  // Download infected content at any time, in a zip with a password.
  'quarantine:download',
  // See inspections that were given up, and the attempts before.
  'deadletter:read',
  // Have such a file inspected anew, or let it be.
  'deadletter:manage',
] as const;

/** One thing that a role may allow. */
export type Permission = (typeof PERMISSIONS)[number];

const RELEASING = [
  'quarantine:read',
  'quarantine:request-release',
  'quarantine:approve-release',
  'quarantine:download-released',
] as const satisfies readonly Permission[];

/** The roles that every tenant has from its first day. */
export const BUILT_IN_ROLES: Readonly<Record<string, readonly Permission[]>> = {
  admin: [
    'file:read',
    'file:upload',
    'file:download',
    'file:delete',
    'file:rescan',
    'policy:read',
    'policy:manage',
    ...RELEASING,
    'deadletter:read',
    'deadletter:manage',
  ],
  analyst: ['file:read', 'file:download', 'file:rescan', 'policy:read', ...RELEASING, 'quarantine:download'],
  uploader: ['file:read', 'file:upload', 'file:download'],
  viewer: ['file:read', 'file:download'],
};

/** Whether the text names a known permission. */
export const isPermission = (text: string): text is Permission =>
  (PERMISSIONS as readonly string[]).includes(text);
