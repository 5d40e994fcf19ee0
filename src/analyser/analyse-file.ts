import type { StructureReport } from '../domain/verdict.js';
import { createBudget, LimitError, type AnalysisLimits } from './budget.js';
import { analyseContent } from './content.js';
import type { Context, Place } from './context.js';
import { createFindings } from './findings.js';
import { GoneError, type Source } from './reading/reader.js';

/** What is known of a file before its first byte. */
export interface FileLabel {
  readonly name: string;
  /** As the sender declared it; `null` where nothing was. */
  readonly declaredType: string | null;
  readonly sizeBytes: number;
}

/**
 * Analyses one file to its end. Pure: it asks nothing but its source, and what it finds is its answer, also
 * where a limit ended it.
 */
export async function analyseFile(
  source: Source,
  label: FileLabel,
  limits: AnalysisLimits,
): Promise<StructureReport> {
  const findings = createFindings();
  const context: Context = {
    budget: createBudget(limits, label.sizeBytes),
    findings,
    look: (inner, place) => analyseContent(inner, place, context),
  };
  const place: Place = { ...label, path: null, depth: 0, role: 'file' };
  try {
    const { mediaType } = await analyseContent(source, place, context);
    return { findings: findings.list(), contentType: mediaType === 'text/plain' ? null : mediaType };
  } catch (error) {
    if (error instanceof GoneError) throw error;
    // The same bytes would fail again: what a parser stumbles over is unreadable, and so never clean.
    if (error instanceof LimitError) findings.add(error.code, error.detail, null);
    else findings.add('DOCUMENT_UNREADABLE', 'A parser failed.', null);
    source.enough?.(0);
    return { findings: findings.list(), contentType: null };
  }
}
