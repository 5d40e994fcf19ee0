import { TransientError } from '../../domain/errors.js';
import { isTooMuch } from '../../domain/too-much.js';
import type { StructureReport } from '../../domain/verdict.js';
import type { StructureSession } from '../../ports/structure-analyser.js';
import type { Stage } from './stage.js';

/** The analyser of structure as a stage. Its deadlines and buffers are those of the analyser's adapter. */
export interface StructureStage extends Stage {
  /** Throws while there is none: what was not looked into can never be read as harmless. */
  report(): StructureReport;
  /** Whether what was pushed so far is to be kept from the scanner; waits until it was looked at. */
  isTooMuch(): Promise<boolean>;
}

/** Hands every chunk to a session that was just begun, and keeps its report. */
export function createStructureStage(session: StructureSession): StructureStage {
  let finishing: Promise<StructureReport> | undefined;
  let report: StructureReport | undefined;
  return {
    push: (chunk) => session.write(chunk),
    async end() {
      finishing = session.finish();
      report = await finishing;
    },
    abort: () => session.abort(),
    isTooMuch: async () => (finishing ? isTooMuch(await finishing) : session.isTooMuch()),
    report() {
      if (!report) throw new TransientError('analyser', 'The analyser has not reported');
      return report;
    },
  };
}
