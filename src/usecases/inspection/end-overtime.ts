import { OvertimeError } from '../../domain/errors.js';
import type { StructureReport } from '../../domain/verdict.js';
import type { StructureSession } from '../../ports/structure-analyser.js';

/** Of a file with which an analyser comes to no end: a limit that it should have kept itself. */
const TOOK_TOO_LONG: StructureReport = {
  findings: [{ code: 'ANALYSIS_LIMIT', detail: 'The analysis took too long, twice.', path: null }],
  contentType: null,
};

/**
 * A session for a file whose analysis has used up its time before: when it does so again, that is what is reported of it. It
 * is not looked at for a third time, and the scanner, which may know better what is in it, has its say.
 */
export function endOvertime(session: StructureSession): StructureSession {
  let isOver = false;
  const unlessOver = async <T>(work: () => Promise<T> | T, instead: T): Promise<T> => {
    if (isOver) return instead;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OvertimeError)) throw error;
      isOver = true;
      return instead;
    }
  };
  return {
    write: (chunk) => unlessOver<void>(() => session.write(chunk), undefined),
    isTooMuch: () => unlessOver(() => session.isTooMuch(), false),
    finish: () => unlessOver(() => session.finish(), TOOK_TOO_LONG),
    abort: () => session.abort(),
  };
}
