import { report, type Context, type Place } from '../context.js';
import { isDisguised } from '../types/agreement.js';

/** Windows passes over blanks and dots at the end of a step. */
const UP = /^\.\.[ .]*$/;
const ABSOLUTE = /^(?:[/\\]|[a-z]:)/i;

/** Whether a path leads out of the directory that it is taken relative to. */
const leadsOut = (path: string): boolean =>
  ABSOLUTE.test(path) || path.includes('\0') || path.split(/[/\\]/).some((step) => UP.test(step));

/** Looks at the name of a member: would it be unpacked elsewhere, does it look like what it is not? */
export function checkName(name: string, member: Place, context: Context): void {
  if (leadsOut(name)) report(context, member, 'ARCHIVE_TRAVERSAL', name);
  if (isDisguised(name)) report(context, member, 'NAME_DISGUISED', name);
}

const ASCII = /^[ -~]*$/;

/**
 * Looks at both names that a member may have: which one counts depends on the program. A first name that is not
 * plain has a second one for good reason, since nobody knows its encoding.
 */
export function checkLocation(name: string, other: string | null, member: Place, context: Context): void {
  checkName(name, member, context);
  if (other === null || other === name) return;
  checkName(other, member, context);
  if (ASCII.test(name)) {
    report(context, member, 'ARCHIVE_INCONSISTENT', `It has another name as well: ${other}`);
  }
}

/** Looks at where a link points to, relative to the directory of the archive. */
export function checkLink(name: string, target: string, member: Place, context: Context): void {
  if (escapes(name, target)) report(context, member, 'ARCHIVE_LINK_ESCAPE', target);
  else report(context, member, 'ARCHIVE_LINK', target);
}

/** Whether a link of this name would lead out of the archive. */
export function escapes(name: string, target: string): boolean {
  if (ABSOLUTE.test(target)) return true;
  let depth = 0;
  for (const step of [...name.split('/').slice(0, -1), ...target.split(/[/\\]/)]) {
    if (step === '..') depth -= 1;
    else if (step !== '' && step !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}
