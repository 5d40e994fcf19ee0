import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { rawAr } from '../../hostile/raw-ar.js';
import { rawBzip2 } from '../../hostile/raw-bzip2.js';
import { rawXz } from '../../hostile/raw-xz.js';
import { jpeg, png } from './images.js';
import { sample, type Sample } from './sample.js';

/** Packs a zip; what is named is stored as it is. */
export function archive(
  members: Readonly<Record<string, Buffer | string>>,
  stored: readonly string[] = [],
): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(members)) {
    if (name.endsWith('/')) zip.addEmptyDirectory(name);
    else zip.addBuffer(Buffer.from(content), name, { compress: !stored.includes(name) });
  }
  zip.end();
  return buffer(zip.outputStream);
}

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits - 1, '0')}\0`;

/** Packs a tar of files and directories. */
function tar(members: Readonly<Record<string, Buffer | string>>): Buffer {
  const blocks = Object.entries(members).flatMap(([name, text]) => {
    const content = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(
      octal(0o644, 8) + octal(1000, 8) + octal(1000, 8) + octal(content.length, 12) + octal(1e9, 12),
      100,
    );
    header.write(`        ${name.endsWith('/') ? '5' : '0'}`, 148);
    header.write('ustar\x0000', 257);
    header.write(
      octal(
        header.reduce((sum, byte) => sum + byte, 0),
        7,
      ),
      148,
    );
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const javaClass = Buffer.concat([Buffer.from('cafebabe00000037', 'hex'), Buffer.alloc(99)]);
const files = {
  'readme.txt': 'Read me.\n',
  'src/a.c': 'int a;\n',
  'images/a.png': png(30, 30),
  'images/b.jpg': jpeg(900),
};

/** As `dpkg-deb` packs them. */
const packages: readonly (readonly [pack: (content: Buffer) => Buffer, end: string])[] = [
  [gzipSync, 'gz'],
  [rawXz, 'xz'],
  [rawBzip2, 'bz2'],
];

/** Archives of all kinds. */
export const archives = async (): Promise<readonly Sample[]> => [
  sample('a.zip', 'application/zip', await archive(files)),
  sample('a.zip', 'application/x-zip-compressed', await archive({ 'empty/': '' })),
  sample('stored.zip', 'application/zip', await archive(files, Object.keys(files))),
  sample(
    'many.zip',
    'application/zip',
    await archive(Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`${i}.txt`, 'x']))),
  ),
  sample(
    'nested.zip',
    'application/zip',
    await archive({ 'inner.zip': await archive(files), 'inner.tgz': gzipSync(tar(files)) }),
  ),
  sample(
    'names.zip',
    'application/zip',
    await archive({ 'Größe/Übersicht.txt': 'x', '資料.txt': 'x', 'a..b.txt': 'x', '.hidden': 'x' }),
  ),
  sample(
    'a.jar',
    'application/java-archive',
    await archive({ 'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n', 'a/B.class': javaClass }),
  ),
  sample(
    'a.apk',
    'application/vnd.android.package-archive',
    await archive({
      'AndroidManifest.xml': Buffer.from('03000800', 'hex'),
      'classes.dex': Buffer.from('dex\n035\0'),
      'res/a.png': png(9, 9),
    }),
  ),
  sample(
    'a.whl',
    null,
    await archive({ 'a/__init__.py': '#!/usr/bin/python3\n', 'a-1.dist-info/METADATA': 'Name: a\n' }),
  ),
  sample(
    'a.kmz',
    'application/vnd.google-earth.kmz',
    await archive({ 'doc.kml': '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"/>' }),
  ),
  sample('a.tar', 'application/x-tar', tar({ 'dir/': '', ...files })),
  sample('a.tgz', 'application/gzip', gzipSync(tar(files))),
  sample(
    'a.tar.gz',
    'application/gzip',
    gzipSync(tar({ 'package/package.json': '{}', 'package/index.js': '#!/usr/bin/env node\n' })),
  ),
  sample('a.txt.gz', 'application/gzip', gzipSync('text\n'.repeat(9_000))),
  sample('members.gz', 'application/gzip', Buffer.concat([gzipSync('one\n'), gzipSync('two\n')])),
  sample('a.sql.gz', 'application/x-gzip', gzipSync("INSERT INTO a VALUES ('x');\n".repeat(2_000))),
  sample('a.tar.xz', 'application/x-xz', rawXz(tar(files))),
  sample('a.txz', 'application/x-xz', Buffer.concat([rawXz(tar(files)), Buffer.alloc(4)])),
  sample('a.log.xz', 'application/x-xz', rawXz(Buffer.from('text\n'.repeat(30_000)))),
  sample('a.tar.bz2', 'application/x-bzip2', rawBzip2(tar(files))),
  sample('a.tbz2', 'application/x-bzip', rawBzip2(tar(files), 1)),
  sample('a.txt.bz2', 'application/x-bzip2', rawBzip2(Buffer.from('text\n'.repeat(30_000)))),
  sample('empty.bz2', 'application/x-bzip2', rawBzip2(Buffer.alloc(0))),
  sample('a.txt.br', null, brotliCompressSync('text\n'.repeat(9_000))),
  ...packages.map(([pack, end]) =>
    sample(
      'a.deb',
      'application/vnd.debian.binary-package',
      rawAr([
        { name: 'debian-binary', content: Buffer.from('2.0\n') },
        { name: `control.tar.${end}`, content: pack(tar({ './control': 'Package: a\n' })) },
        { name: `data.tar.${end}`, content: pack(tar({ './usr/bin/a': '#!/bin/sh\n' })) },
      ]),
    ),
  ),
  sample(
    'liba.a',
    null,
    rawAr([
      { name: 'a.o/', content: Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(99)]) },
    ]),
  ),
  sample(
    'libb.a',
    null,
    rawAr([
      { name: '/', content: Buffer.alloc(5) },
      { name: '//', content: Buffer.from('a-long-name-of-an-object.o/\n') },
      { name: '/0', content: Buffer.concat([Buffer.from('7f454c46020101', 'hex'), Buffer.alloc(99)]) },
    ]),
  ),
  sample(
    'libc.a',
    null,
    rawAr([
      { name: '#1/5', content: Buffer.from('cffaedfe07000001', 'hex') },
      { name: 'b.o', content: Buffer.alloc(9) },
    ]),
  ),
  sample('a.zz', null, deflateSync('text')),
];
