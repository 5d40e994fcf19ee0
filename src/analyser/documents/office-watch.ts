import { createXmlDecoder, resolveReferences } from './xml-text.js';
import { report, within, type Context, type Place } from '../context.js';
import { isLoadedRelation } from './office-rules.js';
import { eachTag, RELATIONS, watchFields, type Say } from './office-tags.js';

/** Hears the bytes of a member. */
type MemberWatch = (chunk: Buffer) => void;

/** Listens to the members of an office document in a zip. */
export interface OfficeWatch {
  /** What it returns hears the member's bytes. */
  watch(name: string): MemberWatch | undefined;
  /** When every member is known: what was found in those that only an office document gives a meaning. */
  conclude(): void;
}

const MACROS =
  /(?:^|\/)vbaProject\.bin$|^xl\/macrosheets\/|^xl\/intlMacrosheets\/|^Basic\/.[^/]*\/.+\.(?:xml|xba)$|^Scripts\/.+\.(?:py|js|bsh|java)$/i;
const TEXT_PARTS = /^(?:word|xl|ppt)\/.*\.xml$|^content\.xml$/i;
/** Only in documents of today; a part of one may have any name, since others say what it is. */
const MARKS = /^(?:\[Content_Types\]\.xml|META-INF\/manifest\.xml)$/;

/** Looks for what acts in office documents: macros, content that is loaded from elsewhere, and DDE. */
export function createOfficeWatch(context: Context, place: Place): OfficeWatch {
  const held: (() => void)[] = [];
  let isOffice = false;
  return {
    watch(name) {
      const member = within(place, name, 'member');
      const say: Say = (code, detail) => report(context, member, code, detail);
      isOffice ||= MARKS.test(name);
      if (MACROS.test(name)) say('OFFICE_MACRO');
      if (/\.rels$/i.test(name)) return eachTag(RELATIONS, say, (tag) => checkRelation(tag, say));
      if (TEXT_PARTS.test(name)) return watchFields(say);
      const seen = new Set<string>();
      return watchUnnamed((code, detail) => {
        if (!seen.has(code)) held.push(() => say(code, detail));
        seen.add(code);
      });
    },
    conclude() {
      if (isOffice) for (const say of held) say();
    },
  };
}

/** The record that a link of a workbook begins with, in its binary form, and the kind of a link to a program. */
const SUPPORTING_BOOK = Buffer.from([0xe8, 0x02]);
const LINK_TO_PROGRAM = 1;

/** A part under a name that says nothing of it: its first bytes tell whether to listen. */
function watchUnnamed(say: Say): MemberWatch {
  let listen: MemberWatch | undefined;
  let head: Buffer | undefined = Buffer.alloc(0);
  return (chunk) => {
    listen?.(chunk);
    if (!head) return;
    head = Buffer.concat([head, chunk]);
    const text = createXmlDecoder()(head).trimStart();
    if (head.length < LEAST_BYTES || (text === '' && head.length < MOST_BLANK_BYTES)) return;
    if (text.startsWith('<')) (listen = watchFields(say, true))(head);
    else if (isLinkToProgram(head)) say('OFFICE_DDE');
    head = undefined;
  };
}

/** What is shorter does nothing. */
const LEAST_BYTES = 16;
const MOST_BLANK_BYTES = 64 * 1024;

/** @see [MS-XLSB] 2.4.174 */
function isLinkToProgram(head: Buffer): boolean {
  if (!head.subarray(0, 2).equals(SUPPORTING_BOOK)) return false;
  const lengthBytes = head.subarray(2, 6).findIndex((byte) => byte < 0x80) + 1;
  return (
    lengthBytes > 0 &&
    head.length >= 4 + lengthBytes &&
    head.readUInt16LE(2 + lengthBytes) === LINK_TO_PROGRAM
  );
}

function checkRelation(found: string, say: Say): void {
  const tag = resolveReferences(found);
  const attribute = (name: string): string =>
    new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)|'([^']*))`, 'i').exec(tag)?.slice(1).join('') ?? '';
  if (!isLoadedRelation(attribute('TargetMode'), attribute('Type'))) return;
  const kind = attribute('Type').split('/').at(-1) ?? '';
  say('OFFICE_EXTERNAL_TEMPLATE', `${kind}: ${attribute('Target')}`);
}
