import { report, type Context, type Place } from '../context.js';
import { CorruptError } from '../reading/inflate.js';
import { TruncatedError, type Reader } from '../reading/reader.js';
import type { ContentType } from '../types/content-type.js';
import { compareDirectory } from './zip-directory.js';
import { readMember, type WalkedMember } from './zip-member.js';
import { createZipProfile } from './zip-profile.js';
import { markOf, takeLocalHeader, ZIP } from './zip-records.js';

/** In bytes that belong to no member; zeros there are padding. */
const SIGNING_BLOCK = Buffer.from('APK Sig Block 42', 'latin1');
/** What may follow a gap. A descriptor that belongs to no member is part of one. */
const RECORDS: readonly number[] = [ZIP.local, ZIP.central, ZIP.end, ZIP.end64];

/**
 * Walks a zip from its beginning, member by member, looks into each, and holds the directory at the end
 * against what was there: unpackers believe the one or the other.
 */
export async function analyseZip(reader: Reader, place: Place, context: Context): Promise<ContentType> {
  const profile = createZipProfile(context, place);
  try {
    const members = await walk(reader, place, context, profile.watch);
    await compareDirectory(reader, members, place, context);
  } catch (error) {
    if (!(error instanceof TruncatedError) && !(error instanceof CorruptError)) throw error;
    report(context, place, 'ARCHIVE_CORRUPT', `It cannot be read beyond byte ${reader.offset}.`);
  }
  return { family: 'zip', mediaType: profile.conclude() };
}

async function walk(
  reader: Reader,
  place: Place,
  context: Context,
  watch: ReturnType<typeof createZipProfile>['watch'],
): Promise<WalkedMember[]> {
  const members: WalkedMember[] = [];
  // A part of an archive in one piece begins with a mark of its own.
  if ((await markOf(reader)) === ZIP.descriptor) await reader.skip(4);
  for (;;) {
    const mark = await markOf(reader);
    if (mark === ZIP.local) {
      const entry = await takeLocalHeader(reader);
      context.budget.member(entry.name.length);
      const member = await readMember(reader, entry, { place, context, watch });
      if ((member.real ?? member).expandedBytes === 0) context.budget.emptyMember();
      members.push(member);
    } else if (mark === ZIP.central || mark === ZIP.end || mark === ZIP.end64) {
      return members;
    } else if (!(await passGap(reader, { wasRead: members.at(-1)?.real !== null, place, context }))) {
      throw new TruncatedError('There is no directory');
    }
  }
}

interface Gap {
  /** Whether the member in front of it was read to its end; else the gap is what is left of it. */
  readonly wasRead: boolean;
  readonly place: Place;
  readonly context: Context;
}

/**
 * Passes what is between two records.
 *
 * @returns whether a record follows
 */
async function passGap(reader: Reader, { wasRead, place, context }: Gap): Promise<boolean> {
  const { offset } = reader;
  let isHarmless = true;
  let last: Buffer = Buffer.alloc(0);
  for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
    const both = Buffer.concat([last, chunk]);
    const at = findRecord(both);
    const passed = at < 0 ? both.subarray(0, -3) : both.subarray(0, at);
    isHarmless &&= !wasRead || passed.every((byte) => byte === 0) || passed.includes(SIGNING_BLOCK);
    if (at >= 0) {
      reader.unread(both.subarray(at));
      if (!isHarmless) {
        report(context, place, 'ARCHIVE_INCONSISTENT', `Bytes at ${offset} belong to no member.`);
      }
      return true;
    }
    last = both.subarray(-3);
  }
  return false;
}

function findRecord(bytes: Buffer): number {
  for (let at = bytes.indexOf('PK', 0, 'latin1'); at >= 0; at = bytes.indexOf('PK', at + 1, 'latin1')) {
    if (at + 4 <= bytes.length && RECORDS.includes(bytes.readUInt32LE(at))) return at;
  }
  return -1;
}
