import type { Context, Place } from '../context.js';
import { watchPart } from '../documents/office-parts.js';
import { createOfficeWatch } from '../documents/office-watch.js';

/** What the members of a zip make of it. */
export interface ZipProfile {
  /** Hears of each member; what it returns hears the member's bytes. */
  readonly watch: (name: string) => ((chunk: Buffer) => void) | undefined;
  /** The media type, when every member is known. */
  conclude(): string;
}

const OOXML = 'application/vnd.openxmlformats-officedocument';
const MARKS: readonly (readonly [mark: RegExp, mediaType: string])[] = [
  [/^word\/document\d*\.xml$/, `${OOXML}.wordprocessingml.document`],
  [/^xl\/workbook\.(?:xml|bin)$/, `${OOXML}.spreadsheetml.sheet`],
  [/^ppt\/presentation\.xml$/, `${OOXML}.presentationml.presentation`],
  [/^AndroidManifest\.xml$/, 'application/vnd.android.package-archive'],
  [/^META-INF\/MANIFEST\.MF$/, 'application/java-archive'],
];
const MOST_TYPE_BYTES = 128;

/** Learns from the members what kind of zip it is, and lets those of documents be listened to. */
export function createZipProfile(context: Context, place: Place): ZipProfile {
  const office = createOfficeWatch(context, place);
  const marks = new Set<string>();
  let isFirst = true;
  let declared = '';
  return {
    watch(name) {
      for (const [mark, mediaType] of MARKS) if (mark.test(name)) marks.add(mediaType);
      const tellsType = isFirst && name === 'mimetype';
      isFirst = false;
      if (!tellsType) return both(office.watch(name), watchPart(name, place, context));
      return (chunk) => {
        declared = (declared + chunk.toString('latin1')).slice(0, MOST_TYPE_BYTES);
      };
    },
    conclude() {
      office.conclude();
      const isType = /^application\/[\w.+-]+$/.test(declared.trim());
      if (isType) return declared.trim();
      return MARKS.find(([, mediaType]) => marks.has(mediaType))?.[1] ?? 'application/zip';
    },
  };
}

type Watch = ((chunk: Buffer) => void) | undefined;

const both = (one: Watch, other: Watch): Watch =>
  one && other
    ? (chunk) => {
        one(chunk);
        other(chunk);
      }
    : (one ?? other);
