import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { be16, be32, noise, sample, u32, type Sample } from './sample.js';

/** A database, written by SQLite itself. */
function sqlite(): Buffer {
  const directory = mkdtempSync(path.join(tmpdir(), 'lazaret-ordinary-'));
  try {
    const file = path.join(directory, 'a.sqlite');
    const database = new DatabaseSync(file);
    database.exec("CREATE TABLE a (b TEXT); INSERT INTO a VALUES ('<script>MZ</script>');");
    database.close();
    return readFileSync(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The tables that every font has, with nothing in them. */
const font = (mark: string): Buffer => {
  const names = ['OS/2', 'cmap', 'glyf', 'head', 'hhea', 'name'];
  const tables = names.map((name, index) =>
    Buffer.concat([Buffer.from(name), be32(0), be32(12 + 16 * names.length + 64 * index), be32(64)]),
  );
  return Buffer.concat([
    Buffer.from(mark, 'latin1'),
    be16(names.length),
    Buffer.alloc(6),
    ...tables,
    noise(64 * names.length),
  ]);
};

const wasm = Buffer.from(
  '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b',
  'hex',
);
const windowsProgram = (): Buffer => {
  const head = Buffer.alloc(128);
  head.write('MZ');
  head.writeUInt32LE(128, 0x3c);
  return Buffer.concat([head, Buffer.from('PE\0\0\x4c\x01'), Buffer.alloc(400)]);
};
const linuxProgram = (): Buffer => Buffer.concat([Buffer.from('7f454c4602010100', 'hex'), Buffer.alloc(400)]);

/** Data of programs, and programs that say what they are. */
export const data = (): readonly Sample[] => [
  sample('a.sqlite', 'application/vnd.sqlite3', sqlite()),
  sample('a.db', null, sqlite()),
  sample('a.wasm', 'application/wasm', wasm),
  sample('a.ttf', 'font/ttf', font('\0\x01\0\0')),
  sample('a.otf', 'font/otf', font('OTTO')),
  sample('a.woff', 'font/woff', Buffer.concat([Buffer.from('wOFF\0\x01\0\0', 'latin1'), noise(300)])),
  sample('a.woff2', 'font/woff2', Buffer.concat([Buffer.from('wOF2\0\x01\0\0', 'latin1'), noise(300)])),
  sample('a.parquet', null, Buffer.concat([Buffer.from('PAR1'), noise(300), u32(40), Buffer.from('PAR1')])),
  sample(
    'a.pcap',
    'application/vnd.tcpdump.pcap',
    Buffer.concat([Buffer.from('d4c3b2a102000400', 'hex'), noise(300)]),
  ),
  sample('a.torrent', 'application/x-bittorrent', 'd8:announce17:http://a.example/4:infod6:lengthi1eee'),
  sample('a.bin', 'application/octet-stream', noise(100_000)),
  sample(
    'encrypted.gpg',
    'application/pgp-encrypted',
    Buffer.concat([Buffer.from('85010c03', 'hex'), noise(9_000)]),
  ),
  sample(
    'a.npy',
    null,
    Buffer.concat([Buffer.from("\x93NUMPY\x01\0v\0{'descr': '<f8'}", 'latin1'), noise(800)]),
  ),
  sample('setup.exe', 'application/x-msdownload', windowsProgram()),
  sample('a.dll', 'application/x-msdownload', windowsProgram()),
  sample('libc.so', 'application/octet-stream', linuxProgram()),
  sample('a', null, linuxProgram()),
];
