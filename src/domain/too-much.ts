import type { FindingCode } from './finding-codes.js';
import type { StructureReport } from './verdict.js';

const TOO_MUCH: FindingCode = 'ARCHIVE_TOO_MANY_MEMBERS';

/**
 * Whether a file must not be given to a scanner: it takes time that grows with the square of the members, and has no
 * limit of its own for those without content.
 */
export const isTooMuch = ({ findings }: Pick<StructureReport, 'findings'>): boolean =>
  findings.some(({ code }) => code === TOO_MUCH);
