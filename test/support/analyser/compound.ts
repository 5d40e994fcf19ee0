import CFB from 'cfb';

/** Streams by their paths, and the classes of storages by theirs. */
interface CompoundContent {
  readonly streams: Readonly<Record<string, Buffer | string>>;
  readonly classes?: Readonly<Record<string, string>>;
}

/** Writes a compound file with somebody else's writer. */
export function compoundOf({ streams, classes = {} }: CompoundContent): Buffer {
  const file = CFB.utils.cfb_new({ CLSID: classes[''] ?? NOBODY });
  for (const [path, content] of Object.entries(streams)) {
    CFB.utils.cfb_add(file, `/${path}`, Buffer.from(content));
  }
  CFB.utils.cfb_del(file, '/\u0001Sh33tJ5');
  for (const [path, classId] of Object.entries(classes)) {
    const entry = file.FileIndex[file.FullPaths.indexOf(path === '' ? 'Root Entry/' : `Root Entry/${path}/`)];
    if (entry) entry.clsid = classId;
  }
  return CFB.write(file, { type: 'buffer' }) as Buffer;
}

const NOBODY = '0'.repeat(32);

/** The sixteen bytes of a class, as they stand in a file, in hexadecimal digits. */
export const classBytes = (classId: string): string => {
  const [a = '', b = '', c = '', d = '', e = ''] = classId.split('-');
  const reversed = (hex: string): string => (hex.match(/../g) ?? []).reverse().join('');
  return reversed(a) + reversed(b) + reversed(c) + d + e;
};

/** A record of a workbook. */
export function biffRecord(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** A workbook with one sheet, and records of the test's choice in front of its end. */
export function workbookOf(sheetKind: number, ...records: readonly Buffer[]): Buffer {
  const begin = biffRecord(0x809, Buffer.from('00060500bb0dcc07c100010006060000', 'hex'));
  const sheet = biffRecord(
    0x85,
    Buffer.concat([Buffer.from([0, 0, 0, 0, 0, sheetKind, 6, 0]), Buffer.from('Sheet1')]),
  );
  return Buffer.concat([begin, ...records, sheet, biffRecord(0x0a, Buffer.alloc(0)), Buffer.alloc(4096)]);
}

/** What the packager of Windows makes of a file. */
export function packagedFile(name: string, content: Buffer): Buffer {
  const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'latin1');
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const path = text(`C:\\Temp\\${name}`);
  return Buffer.concat([
    Buffer.from([2, 0]),
    text(name),
    text(`C:\\Users\\me\\${name}`),
    Buffer.from([0, 0, 3, 0]),
    number(path.length),
    path,
    number(content.length),
    content,
  ]);
}

/** An object of OLE 1, as it stands in RTF. */
export function ole1Object(className: string, native: Buffer, format = 2): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const name = Buffer.from(`${className}\0`, 'latin1');
  const head = [number(0x501), number(format), number(name.length), name, number(0), number(0)];
  return Buffer.concat([...head, number(native.length), native]);
}

/** The smallest bytes that are a program of Windows. */
export function windowsProgram(): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.write('MZ', 0, 'latin1');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  return bytes;
}
