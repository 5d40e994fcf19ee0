import { report, within, type Context, type Place } from '../context.js';
import { TruncatedError, type Reader } from '../reading/reader.js';
import { restOf } from '../reading/limited.js';
import { checkLocation } from './member-name.js';
import type { WalkedMember } from './zip-member.js';
import { markOf, takeCentralHeader, ZIP, type ZipEntry } from './zip-records.js';

const SYMBOLIC_LINK = 0o12;
const SIGNATURE = 0x05_05_4b_50;
const END_MARK = Buffer.from('PK\x05\x06', 'latin1');

/** Reads the directory, and holds it against the members that were walked over. */
export async function compareDirectory(
  reader: Reader,
  members: readonly WalkedMember[],
  place: Place,
  context: Context,
): Promise<void> {
  const begin = reader.offset;
  const missing = new Map(members.map((member) => [member.offset, member]));
  const check = createCheck(members, missing, place, context);
  let count = 0;
  for (; (await markOf(reader)) === ZIP.central; count += 1) {
    if (count > context.budget.limits.maxMembers) throw new TruncatedError('The directory is too long');
    // An entry for which there is no member is one to a scanner.
    if (count >= members.length) context.budget.emptyMember();
    check(await takeCentralHeader(reader));
  }
  reportDuplicates(members, place, context);
  for (const { name } of missing.values()) {
    report(context, within(place, name, 'member'), 'ARCHIVE_INCONSISTENT', 'It is not in the directory.');
  }
  await readEnd(reader, { begin, count, sizeBytes: reader.offset - begin }, place, context);
}

/** The directory names the same members, or has been found to differ. */
function reportDuplicates(members: readonly WalkedMember[], place: Place, context: Context): void {
  const names = new Set<string>();
  for (const { name } of members) {
    if (names.has(name)) report(context, within(place, name, 'member'), 'ARCHIVE_DUPLICATE_NAME');
    names.add(name);
  }
}

/** Compares one entry after the other with the members. */
function createCheck(
  members: readonly WalkedMember[],
  missing: Map<number, WalkedMember>,
  place: Place,
  context: Context,
): (entry: ZipEntry) => void {
  const begins = new Map(members.map((member) => [member.offset, member]));
  return (entry) => {
    const at = within(place, entry.name, 'member');
    const member = begins.get(entry.offset);
    if (!member) {
      const code = isWithinOne(members, entry.offset) ? 'ARCHIVE_OVERLAP' : 'ARCHIVE_INCONSISTENT';
      report(context, at, code, `There is no member at byte ${entry.offset}.`);
      return;
    }
    if (!missing.delete(entry.offset)) {
      report(context, at, 'ARCHIVE_OVERLAP', 'Two members have the same bytes.');
    }
    const differing = differences(member, entry);
    if (differing !== '') {
      const detail = `In front of it and in the directory differ: ${differing}.`;
      report(context, at, 'ARCHIVE_INCONSISTENT', detail);
    }
    checkLocation(entry.name, entry.unicodeName, at, context);
    if (entry.unixMode >> 12 !== SYMBOLIC_LINK) return;
    report(context, at, member.escapesTo === null ? 'ARCHIVE_LINK' : 'ARCHIVE_LINK_ESCAPE', member.escapesTo);
  };
}

/** Whether a byte lies within a member. They lie in the order of their offsets. */
function isWithinOne(members: readonly WalkedMember[], offset: number): boolean {
  let [low, high] = [0, members.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((members[middle]?.end ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return (members[low]?.offset ?? Infinity) < offset;
}

function differences(member: WalkedMember, entry: ZipEntry): string {
  const differing = [];
  if (member.name !== entry.name) differing.push('name');
  if (member.method !== entry.method) differing.push('method');
  if (((member.flags ^ entry.flags) & 1) !== 0) differing.push('encryption');
  if (member.real && member.real.expandedBytes !== entry.expandedBytes) differing.push('size');
  if (member.real && member.real.compressedBytes !== entry.compressedBytes) differing.push('packed size');
  if (member.real && member.real.crc !== entry.crc) differing.push('checksum');
  return differing.join(', ');
}

/** Where the directory was, and how much of it. */
interface Found {
  readonly begin: number;
  readonly count: number;
  readonly sizeBytes: number;
}

/** @see APPNOTE.TXT 4.3.13 to 4.3.16 */
async function readEnd(reader: Reader, found: Found, place: Place, context: Context): Promise<void> {
  if ((await markOf(reader)) === SIGNATURE) {
    const signature = await reader.take(6);
    await reader.skip(signature.readUInt16LE(4));
  }
  const lies = [...(await readEnd64(reader, found))];
  if ((await markOf(reader)) !== ZIP.end) throw new TruncatedError('The directory has no end');
  const end = await reader.take(22);
  const [stated, size, offset] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)];
  if (stated !== 0xff_ff && stated !== found.count % 0x1_00_00) lies.push('its number of members');
  if (size !== 0xff_ff_ff_ff && size !== found.sizeBytes) lies.push('the size of its directory');
  if (offset !== 0xff_ff_ff_ff && offset !== found.begin) lies.push('where its directory is');
  // Whoever looks for the end from behind finds the one in the comment.
  const comment = await reader.take(Math.min(end.readUInt16LE(20), (await reader.peek(0xff_ff)).length));
  if (comment.includes(END_MARK)) lies.push('where it ends');
  if (lies.length > 0) report(context, place, 'ARCHIVE_INCONSISTENT', `It does not tell ${lies.join(', ')}.`);
  if ((await reader.peek(1)).length === 0) return;
  report(context, place, 'TRAILING_DATA', `Bytes follow its end at ${reader.offset}.`);
  await context.look(restOf(reader), within(place, '(rest)', 'rest'));
}

/**
 * Reads the wide end with its locator, where there is one.
 *
 * @returns what it does not tell the truth of
 */
async function readEnd64(reader: Reader, { begin, count, sizeBytes }: Found): Promise<readonly string[]> {
  const at = reader.offset;
  if ((await markOf(reader)) !== ZIP.end64) return [];
  const end = await reader.take(56);
  const lies = [];
  if (end.readBigUInt64LE(4) !== 44n) throw new TruncatedError('The wide end holds something');
  if (end.readBigUInt64LE(32) !== BigInt(count)) lies.push('its wide number of members');
  if (end.readBigUInt64LE(40) !== BigInt(sizeBytes)) lies.push('the wide size of its directory');
  if (end.readBigUInt64LE(48) !== BigInt(begin)) lies.push('where its wide directory is');
  if ((await markOf(reader)) !== ZIP.locator64) return lies;
  const locator = await reader.take(20);
  if (locator.readBigUInt64LE(8) !== BigInt(at)) lies.push('where its wide end is');
  return lies;
}
