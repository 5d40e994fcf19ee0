import { crc32, deflateRawSync } from 'node:zlib';

/** Fields of a local header or of an entry of the directory, which a hostile zip states as it likes. */
export interface ZipFields {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly extra: Buffer;
  /** Only of the directory. */
  readonly offset: number;
  /** Mode of a file on Unix; only of the directory. */
  readonly mode: number;
}

/** A member: what it is, and where its header or its entry lies about it. */
export interface RawMember {
  readonly name: string;
  readonly content?: Buffer;
  /** @default deflate */
  readonly isStored?: boolean;
  readonly local?: Partial<ZipFields>;
  /** `null` leaves it out of the directory. */
  readonly central?: Partial<ZipFields> | null;
  /** Bytes between this member and the next. */
  readonly gap?: Buffer;
}

/** What the end says. */
export interface RawEnd {
  readonly count?: number;
  readonly sizeBytes?: number;
  readonly offset?: number;
  readonly comment?: Buffer;
  /** Bytes between the directory and its end, as a wide end is. */
  readonly before?: (at: { offset: number; sizeBytes: number; count: number }) => Buffer;
}

/** Packs a zip that may lie in every field. */
export function rawZip(members: readonly RawMember[], end: RawEnd = {}): Buffer {
  const bodies: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const content = member.content ?? Buffer.alloc(0);
    const packed = member.isStored === true ? content : deflateRawSync(content);
    const fields: ZipFields = {
      name: member.name,
      flags: 0,
      method: member.isStored === true ? 0 : 8,
      crc: crc32(content),
      packedBytes: packed.length,
      sizeBytes: content.length,
      extra: Buffer.alloc(0),
      offset,
      mode: 0o100644,
    };
    const header = localHeader({ ...fields, ...member.local });
    const body = [header, packed, member.gap ?? Buffer.alloc(0)];
    bodies.push(...body);
    offset += body.reduce((sum, { length }) => sum + length, 0);
    if (member.central !== null) entries.push(directoryEntry({ ...fields, ...member.central }));
  }
  return Buffer.concat([...bodies, ...entries, endOf(entries, offset, end)]);
}

/** The header in front of a member. @see APPNOTE.TXT 4.3.7 */
export function localHeader({ name, flags, method, crc, packedBytes, sizeBytes, extra }: ZipFields): Buffer {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packedBytes, 18);
  header.writeUInt32LE(sizeBytes, 22);
  header.writeUInt16LE(Buffer.byteLength(name), 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, Buffer.from(name), extra]);
}

/** An entry of the directory. @see APPNOTE.TXT 4.3.12 */
export function directoryEntry(fields: ZipFields): Buffer {
  const { name, flags, method, crc, packedBytes, sizeBytes, extra, offset, mode } = fields;
  const entry = Buffer.alloc(46);
  entry.write('PK\x01\x02', 'latin1');
  entry.writeUInt16LE((3 << 8) | 20, 4);
  entry.writeUInt16LE(20, 6);
  entry.writeUInt16LE(flags, 8);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(packedBytes, 20);
  entry.writeUInt32LE(sizeBytes, 24);
  entry.writeUInt16LE(Buffer.byteLength(name), 28);
  entry.writeUInt16LE(extra.length, 30);
  entry.writeUInt32LE((mode << 16) >>> 0, 38);
  entry.writeUInt32LE(offset, 42);
  return Buffer.concat([entry, Buffer.from(name), extra]);
}

function endOf(entries: readonly Buffer[], offset: number, end: RawEnd): Buffer {
  const sizeBytes = entries.reduce((sum, { length }) => sum + length, 0);
  const before = end.before?.({ offset, sizeBytes, count: entries.length }) ?? Buffer.alloc(0);
  const comment = end.comment ?? Buffer.alloc(0);
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE((end.count ?? entries.length) % 0x1_00_00, 8);
  record.writeUInt16LE((end.count ?? entries.length) % 0x1_00_00, 10);
  record.writeUInt32LE(end.sizeBytes ?? sizeBytes, 12);
  record.writeUInt32LE(end.offset ?? offset, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([before, record, comment]);
}
