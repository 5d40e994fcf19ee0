/** Where a file stands. The names are those of the public contract. */
export const FILE_STATES = [
  'PENDING',
  'RECEIVING',
  'SCANNING',
  'CLEAN',
  'INFECTED',
  'UNSCANNABLE',
  'REJECTED',
  'CANCELLED',
  'EXPIRED',
  'DELETED',
] as const;

/** Where a file stands. */
export type FileState = (typeof FILE_STATES)[number];

/** States that an inspection ends in. */
export type VerdictState = 'CLEAN' | 'INFECTED' | 'UNSCANNABLE' | 'REJECTED';

/** States in which bytes may still arrive. */
export type OpenState = 'PENDING' | 'RECEIVING';

/** Whether bytes may still arrive. */
export const isOpen = (state: FileState): state is OpenState => state === 'PENDING' || state === 'RECEIVING';

/** Whether the life of the upload is over; what follows is only deletion, release, a later finding, or a replay. */
export const isTerminal = (state: FileState): boolean => !isOpen(state) && state !== 'SCANNING';

/** States of files that nothing is kept of, and that nobody decides over any more. */
const RELEASED: readonly FileState[] = ['REJECTED', 'CANCELLED', 'EXPIRED', 'DELETED'];

/** Whether the file counts against the quota of its tenant. */
export const holdsQuota = (state: FileState): boolean => !RELEASED.includes(state);
