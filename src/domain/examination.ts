import type { File } from './file.js';

/** The last time that the bytes of a file were examined, and came out as its verdict says. */
export interface Examination {
  readonly engine: string;
  readonly definitionsVersion: string;
  readonly examinedAt: Date;
  /** Whether another one is asked for, and has not happened yet. */
  readonly isPending: boolean;
}

/** What the copy that a file is served from knows of its examinations. */
export interface ExaminedCopy {
  readonly engine: string;
  /** Empty unless the last inspection of these bytes found them clean. */
  readonly definitionsVersion: string;
  readonly inspectedAt: Date;
  /** Empty where another examination is asked for. */
  readonly examinedWith: string;
}

const NUMBER = /^\d{1,15}$/;

/**
 * Whether an examination is no longer what could be known: other definitions are in use. Several scanners get new
 * definitions one after the other, so lower numbers than those of the examination are older and outdate nothing.
 *
 * @param examinedWith - empty where an examination is asked for
 */
export function isOutdated(examinedWith: string, current: string): boolean {
  if (examinedWith === current) return false;
  if (!NUMBER.test(examinedWith) || !NUMBER.test(current)) return true;
  return Number(examinedWith) < Number(current);
}

/**
 * What is known last of a file's bytes. A clean file may have been examined again since its verdict, also for
 * the sake of another file with the same content; every other verdict is its own last word.
 *
 * @param copy - that the file is served from; absent for a file that is not clean
 * @returns `undefined` where no scanner ever answered
 */
export function lastExamination(file: File, copy: ExaminedCopy | undefined): Examination | undefined {
  const { verdict } = file;
  if (!verdict || verdict.definitionsVersion === '') return undefined;
  const isPending = copy?.examinedWith === '';
  const isNewer = copy && copy.definitionsVersion !== '' && copy.inspectedAt > verdict.decidedAt;
  const { engine, definitionsVersion } = isNewer ? copy : verdict;
  return {
    engine,
    definitionsVersion,
    examinedAt: isNewer ? copy.inspectedAt : verdict.decidedAt,
    isPending,
  };
}
