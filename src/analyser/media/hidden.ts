import { report, type Context, type Place } from '../context.js';
import type { ContentType } from '../types/content-type.js';
import { findProgram } from '../types/programs.js';
import { findZipEnd } from './zip-end.js';

/** Looks, while bytes pass, for what else they would be taken for. */
export interface HiddenWatch {
  readonly hear: (chunk: Buffer) => void;
  conclude(): void;
}

/** Where a zip ends, a reader of zips looks from the end; its comment is at most 64 KiB long. */
const TAIL_BYTES = 64 * 1024;
const PDF_WITHIN_BYTES = 1_024;
/** What the last bytes of the image of a disk begin with, whatever its first ones are. */
const DISK_END_BYTES = 512;
const DISK_ENDS = ['conectix\0', 'koly\0\0\0\x04'];
/** Longer than the headers of a program, so that none lies unseen between two chunks. */
const OVERLAP_BYTES = 4_160;

/**
 * Looks for a program anywhere, for a zip that begins at the end, and for a PDF near the beginning.
 *
 * @param head - the first bytes, which are heard once more
 */
export function looksForOther(head: Buffer, place: Place, context: Context, type: ContentType): HiddenWatch {
  const isText = type.family === 'text' || type.family === 'markup';
  if (type.family !== 'pdf' && !isText && head.subarray(0, PDF_WITHIN_BYTES).includes('%PDF-')) {
    report(context, place, 'POLYGLOT', 'It can be opened as PDF.');
  }
  const holdsPrograms = isText || type.family === 'program';
  let last: Buffer = Buffer.alloc(0);
  return {
    hear(chunk) {
      const both = Buffer.concat([last.subarray(-OVERLAP_BYTES), chunk]);
      const found = holdsPrograms ? undefined : findProgram(both);
      if (found) report(context, place, 'EXECUTABLE_HIDDEN', found.mediaType);
      last = (chunk.length >= TAIL_BYTES ? chunk : Buffer.concat([last, chunk])).subarray(-TAIL_BYTES);
    },
    conclude() {
      const end = last.toString('latin1', last.length - DISK_END_BYTES);
      if (DISK_ENDS.some((mark) => end.startsWith(mark))) {
        report(context, place, 'ARCHIVE_UNSUPPORTED', 'It ends as the image of a disk.');
      }
      if (findZipEnd(last) === undefined) return;
      if (type.family === 'program') {
        report(context, place, 'ARCHIVE_UNSUPPORTED', 'A zip lies behind the program.');
      } else report(context, place, 'POLYGLOT', 'It can be opened as zip.');
    },
  };
}
