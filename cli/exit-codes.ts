import type { UploadedFile } from '../client/src/node.js';

/** How one file, or the whole command, ended. */
export type Ending = UploadedFile['state'] | 'ERROR' | 'INTERRUPTED';

/** Exit code of the command for each ending. */
export const EXIT_CODES: Readonly<Record<Ending, number>> = {
  CLEAN: 0,
  ERROR: 1,
  INFECTED: 2,
  REJECTED: 3,
  UNSCANNABLE: 4,
  CANCELLED: 5,
  EXPIRED: 5,
  DELETED: 5,
  // Without a verdict the command did not do what it was asked to.
  PENDING: 1,
  RECEIVING: 1,
  SCANNING: 1,
  INTERRUPTED: 130,
};

/** From the best to the worst; malware that was found must not hide behind anything else. */
const FROM_BEST_TO_WORST: readonly number[] = [0, 5, 3, 4, 1, 2, 130];

/** The exit code of several endings: that of the worst. Nothing at all is a success. */
export function worstExitCode(endings: readonly Ending[]): number {
  const rank = Math.max(0, ...endings.map((ending) => FROM_BEST_TO_WORST.indexOf(EXIT_CODES[ending])));
  return FROM_BEST_TO_WORST[rank] ?? EXIT_CODES.ERROR;
}

/** What `--help` says of them. */
export const EXIT_CODE_HELP = `
Exit codes (of several files the worst one, in the order 130, 2, 1, 4, 3, 5, 0):
  0    every file is CLEAN
  1    something went wrong: no connection, no permission, file not found ...
  2    INFECTED
  3    REJECTED by the tenant's policy or by a checksum
  4    UNSCANNABLE: not provably clean
  5    CANCELLED, EXPIRED or DELETED meanwhile
  130  interrupted`;
