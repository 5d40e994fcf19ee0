import type { FindingCode } from '../domain/finding-codes.js';
import type { Finding } from '../domain/verdict.js';

/** Collects what is found, each thing once for each place, and not without end. */
export interface Findings {
  add(code: FindingCode, detail: string | null, path: string | null): void;
  list(): readonly Finding[];
}

/** Findings of one code that are listed; the first ones say enough. */
const MOST_OF_A_CODE = 8;
/** Findings that are listed in all. */
const MOST = 100;
const MOST_CHARACTERS = 300;

/**
 * Begins an empty collection. A code that was not there yet always finds room: what was found many times never
 * hides another thing.
 */
export function createFindings(): Findings {
  const found: Finding[] = [];
  const counts = new Map<FindingCode, number>();
  const seen = new Set<string>();
  return {
    add(code, detail, path) {
      const key = `${code}\0${path ?? ''}`;
      const count = counts.get(code) ?? 0;
      if (seen.has(key) || count >= MOST_OF_A_CODE || (count > 0 && found.length >= MOST)) return;
      seen.add(key);
      counts.set(code, count + 1);
      found.push({ code, detail: detail && clip(detail), path: path && clip(path) });
    },
    list: () => found,
  };
}

/** Without what is not seen, and not longer than somebody reads. */
const clip = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD')
    .slice(0, MOST_CHARACTERS)
    .toWellFormed();
