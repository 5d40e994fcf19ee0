import { report, within, type Context, type Place } from '../context.js';
import { TruncatedError, type Reader } from '../reading/reader.js';
import { restOf } from '../reading/limited.js';
import type { WalkedMember } from './zip-member.js';
import { takeCentralHeader, ZIP, type ZipEntry } from './zip-records.js';

const SYMBOLIC_LINK = 0o12;

/** Reads the directory, and holds it against the members that were walked over. */
export async function compareDirectory(
  reader: Reader,
  members: readonly WalkedMember[],
  place: Place,
  context: Context,
): Promise<void> {
  const begin = reader.offset;
  const missing = new Map(members.map((member) => [member.offset, member]));
  const names = new Set<string>();
  const check = createCheck(members, missing, place, context);
  let count = 0;
  while ((await markOf(reader)) === ZIP.central) {
    // An honest directory has no more entries than there are members.
    context.budget.time();
    const entry = await takeCentralHeader(reader);
    count += 1;
    check(entry);
    if (names.has(entry.name)) report(context, within(place, entry.name, 'member'), 'ARCHIVE_DUPLICATE_NAME');
    names.add(entry.name);
    if (count > context.budget.limits.maxMembers) throw new TruncatedError('The directory is too long');
  }
  for (const { name } of missing.values()) {
    report(context, within(place, name, 'member'), 'ARCHIVE_INCONSISTENT', 'It is not in the directory.');
  }
  await readEnd(reader, { begin, count }, place, context);
}

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
      const isInside = members.some(({ offset, end }) => entry.offset > offset && entry.offset < end);
      const code = isInside ? 'ARCHIVE_OVERLAP' : 'ARCHIVE_INCONSISTENT';
      report(context, at, code, `There is no member at byte ${entry.offset}.`);
      return;
    }
    if (!missing.delete(entry.offset)) {
      report(context, at, 'ARCHIVE_OVERLAP', 'Two members have the same bytes.');
    }
    const differing = differences(member, entry);
    if (differing !== '') {
      report(
        context,
        at,
        'ARCHIVE_INCONSISTENT',
        `In front of it and in the directory differ: ${differing}.`,
      );
    }
    if (entry.unixMode >> 12 === SYMBOLIC_LINK) report(context, at, 'ARCHIVE_LINK');
  };
}

function differences(member: WalkedMember, entry: ZipEntry): string {
  const differing = [];
  if (member.name !== entry.name) differing.push('name');
  if (member.method !== entry.method) differing.push('method');
  if (((member.flags ^ entry.flags) & 1) !== 0) differing.push('encryption');
  if (member.real && member.real.expandedBytes !== entry.expandedBytes) differing.push('size');
  if (member.real && member.real.crc !== entry.crc) differing.push('checksum');
  return differing.join(', ');
}

const markOf = async (reader: Reader): Promise<number> => {
  const mark = await reader.peek(4);
  return mark.length === 4 ? mark.readUInt32LE(0) : 0;
};

/** @see APPNOTE.TXT 4.3.14 to 4.3.16 */
async function readEnd(
  reader: Reader,
  { begin, count }: { begin: number; count: number },
  place: Place,
  context: Context,
): Promise<void> {
  if ((await markOf(reader)) === 0x05_05_4b_50) {
    const signature = await reader.take(6);
    await reader.skip(signature.readUInt16LE(4));
  }
  if ((await markOf(reader)) === ZIP.end64) {
    const head = await reader.take(12);
    await reader.skip(Number(head.readBigUInt64LE(4)));
  }
  if ((await markOf(reader)) === ZIP.locator64) await reader.skip(20);
  if ((await markOf(reader)) !== ZIP.end) throw new TruncatedError('The directory has no end');
  const end = await reader.take(22);
  const [stated, offset] = [end.readUInt16LE(10), end.readUInt32LE(16)];
  const isTrue = (stated === 0xff_ff || stated === count) && (offset === 0xff_ff_ff_ff || offset === begin);
  if (!isTrue) report(context, place, 'ARCHIVE_INCONSISTENT', 'Its end tells of another directory.');
  await reader.skip(Math.min(end.readUInt16LE(20), (await reader.peek(0xff_ff)).length));
  if ((await reader.peek(1)).length === 0) return;
  report(context, place, 'TRAILING_DATA', `Bytes follow its end at ${reader.offset}.`);
  await context.look(restOf(reader), within(place, '(rest)', 'rest'));
}
