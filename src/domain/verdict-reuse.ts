import type { ScanCoverage } from './verdict.js';

/** Definitions as a scanner names them. */
interface Definitions {
  readonly engine: string;
  readonly definitionsVersion: string;
}

/** Numbered definitions are new every day; an older verdict is not taken over, whatever number it has. */
const NUMBERED_REUSE_MS = 24 * 60 * 60 * 1000;
/** Definitions without a number may have changed without a sign. */
const UNNUMBERED_REUSE_MS = 10 * 60 * 1000;

/**
 * Whether a clean verdict over certain bytes holds for the same bytes once more: it was made by the engine and
 * with the definitions that are in use now, over all of them at once, and not long ago.
 *
 * @param earlier - of the content; without a version nothing is known to be clean
 * @param now - what the scanner says of itself, and the time
 */
export function isVerdictReusable(
  earlier: Definitions & { readonly coverage: ScanCoverage; readonly inspectedAt: Date },
  now: Definitions & { readonly isNumbered: boolean; readonly at: Date },
): boolean {
  if (earlier.definitionsVersion === '' || earlier.definitionsVersion !== now.definitionsVersion) {
    return false;
  }
  if (earlier.engine === '' || earlier.engine !== now.engine) return false;
  // A scanner of now may take as a whole what was once too much for it, and find more in it then.
  if (earlier.coverage !== 'WHOLE') return false;
  // A clock that was set back has verdicts of a time to come, which are no younger than those of as long ago.
  const ageMs = Math.abs(now.at.getTime() - earlier.inspectedAt.getTime());
  return ageMs <= (now.isNumbered ? NUMBERED_REUSE_MS : UNNUMBERED_REUSE_MS);
}
