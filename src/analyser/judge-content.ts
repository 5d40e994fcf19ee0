import { report, type Context, type Place } from './context.js';
import { findMismatch, isDisguised, isNamedHonestly } from './types/agreement.js';
import { ARCHIVES, type ContentType, type Family } from './types/content-type.js';

/** Archives and documents that are something of their own where they should not be. */
const OWN: ReadonlySet<Family> = new Set<Family>([...ARCHIVES, 'ole', 'pdf', 'rtf']);
/** What a browser or an interpreter would run. */
const RUN = new Set(['text/html', 'image/svg+xml', 'text/x-script', 'application/x-httpd-php']);

/** Judges content by what it is and where it lies. */
export function judgeContent(type: ContentType, place: Place, context: Context): void {
  const isProgram = type.family === 'program';
  const say = (code: Parameters<typeof report>[2], detail = type.mediaType): void =>
    report(context, place, code, detail);
  switch (place.role) {
    case 'file': {
      const mismatch = findMismatch(place, type);
      if (mismatch !== undefined) say('TYPE_MISMATCH', mismatch);
      if (isDisguised(place.name)) say('NAME_DISGUISED', place.name);
      if (isProgram) say('EXECUTABLE');
      return;
    }
    case 'member':
      if (isProgram) say(isNamedHonestly(place.name, type) ? 'EXECUTABLE' : 'EXECUTABLE_HIDDEN');
      return;
    case 'part':
      if (isProgram) say('EXECUTABLE_HIDDEN');
      return;
    case 'rest':
      if (isProgram) say('EXECUTABLE_HIDDEN');
      else if (OWN.has(type.family)) say('POLYGLOT');
      else if (RUN.has(type.mediaType ?? '')) say('SCRIPT_HIDDEN');
  }
}
