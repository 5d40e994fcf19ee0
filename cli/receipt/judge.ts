import type { FileMeasure } from './measure-file.js';
import type { OpenedReceipt } from './open-receipt.js';

/** What the receipt comes to for the file at hand. */
export type Judgement =
  | { readonly kind: 'genuine'; readonly verdict: 'CLEAN' | 'INFECTED' | 'REJECTED' | 'UNSCANNABLE' }
  | { readonly kind: 'not-genuine'; readonly why: string }
  | { readonly kind: 'other-file'; readonly why: string };

/** Compares what the receipt states with the bytes of the file. */
export function judge(opened: OpenedReceipt, { sizeBytes, sha256 }: FileMeasure): Judgement {
  if (!opened.ok) return { kind: 'not-genuine', why: opened.why };
  const { claims } = opened;
  if (claims.size !== sizeBytes) {
    return otherFile(`It has ${String(sizeBytes)} bytes; the receipt is for ${String(claims.size)}.`);
  }
  if (claims.sha256 === null) {
    return otherFile('The receipt names no hash, because not all bytes could be read: it proves no file.');
  }
  if (claims.sha256 !== sha256) {
    return otherFile(`Its SHA-256 is ${sha256}; the receipt is for ${claims.sha256}.`);
  }
  return { kind: 'genuine', verdict: claims.verdict };
}

const otherFile = (why: string): Judgement => ({ kind: 'other-file', why });

/** Exit code of the command. Zero means that exactly these bytes were found clean, and nothing else. */
export function exitCodeOf(judgement: Judgement): number {
  switch (judgement.kind) {
    case 'not-genuine':
      return 6;
    case 'other-file':
      return 7;
    case 'genuine':
      return { CLEAN: 0, INFECTED: 2, REJECTED: 3, UNSCANNABLE: 4 }[judgement.verdict];
  }
}

/** What `--help` says of them. */
export const EXIT_CODE_HELP = `
Exit codes:
  0  genuine, for exactly this file, and CLEAN
  1  something went wrong: a file cannot be read, an option is missing ...
  2  genuine and for this file: INFECTED
  3  genuine and for this file: REJECTED
  4  genuine and for this file: UNSCANNABLE
  6  not genuine: altered, cut off, or signed by none of the keys
  7  genuine, but not for this file`;
