import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { File } from '../../src/domain/file.js';
import { startHarmedAnalyser } from '../support/harmed-analyser.js';
import { HARDLY_ANY_TIME } from '../support/make-analyser.js';
import { HOSTILE } from '../support/hostile/corpus.js';
import { XZ_OF_VIRUS } from '../support/hostile/packed.js';
import { rawAr } from '../support/hostile/raw-ar.js';
import { rawBzip2 } from '../support/hostile/raw-bzip2.js';
import { ORDINARY_PDF, packedObject, rawPdf } from '../support/hostile/raw-pdf.js';
import { rawTar } from '../support/hostile/raw-tar.js';
import { rawXz } from '../support/hostile/raw-xz.js';
import { nestedZip, rawZipOf } from '../support/hostile/zip-bombs.js';
import { openInspectionScene, type InspectionScene } from '../support/inspection-scene.js';
import { peakMibOfAnalysers } from '../support/peak-of-analysers.js';
import { EICAR } from '../support/samples.js';

/** Node itself, and no more than what one file may hold of it. */
const MOST_MIB = 400;
const TEST_FILES = '/usr/share/clamav-testfiles';

const MAIL = [
  'From: a@example.org\r\nTo: b@example.org\r\nSubject: s\r\nMIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/octet-stream; name=a.com',
  `Content-Transfer-Encoding: base64\r\n\r\n${EICAR.toString('base64')}\r\n--x--\r\n`,
].join('\r\n');

const tar = (): Buffer => rawTar([{ name: 'a.com', content: EICAR }]);
/** With so much beside the virus that nothing of it is left as it was. */
const packedTar = (): Buffer =>
  rawTar([
    {
      name: 'a.txt',
      content: Buffer.from(Array.from({ length: 20_000 }, (_, index) => `${index}\n`).join('')),
    },
    { name: 'a.com', content: EICAR },
  ]);
const deb = (data: Buffer, end: string): Buffer =>
  rawAr([
    { name: 'debian-binary', content: Buffer.from('2.0\n') },
    { name: `data.tar.${end}`, content: data },
  ]);
const MALWARE: readonly (readonly [name: string, bytes: () => Buffer])[] = [
  ['a.com', () => EICAR],
  ['a.zip', () => nestedZip(1, 'a.com', EICAR)],
  ['eight-deep.zip', () => nestedZip(8, 'a.com', EICAR)],
  ['a.gz', () => gzipSync(EICAR)],
  ['a.tar', tar],
  ['a.tar.gz', () => gzipSync(tar())],
  ['a.tar.xz', () => XZ_OF_VIRUS],
  ['two-streams.xz', () => Buffer.concat([rawXz(Buffer.from('text')), XZ_OF_VIRUS])],
  ['a.tar.bz2', () => rawBzip2(tar())],
  [
    'a.zip.tar.xz.tar.bz2',
    () => rawBzip2(rawTar([{ name: 'a', content: rawXz(nestedZip(1, 'a.com', EICAR)) }])),
  ],
  ['gz.deb', () => deb(gzipSync(tar()), 'gz')],
  ['xz.deb', () => deb(XZ_OF_VIRUS, 'xz')],
  ['bz2.deb', () => deb(rawBzip2(tar()), 'bz2')],
  [
    'a.docx',
    () => rawZipOf({ 'word/document.xml': Buffer.from('<w:document/>'), 'word/media/a.bin': EICAR }),
  ],
  ['a.pdf', () => rawPdf([...ORDINARY_PDF, packedObject('/Type /EmbeddedFile', EICAR)])],
  ['a.eml', () => Buffer.from(MAIL)],
];

describe('hostile files, inspected for real', () => {
  let scene: InspectionScene;
  beforeAll(async () => {
    scene = await openInspectionScene();
  });
  afterAll(() => scene.close());

  const inspect = async (name: string, bytes: Buffer): Promise<File> => {
    const file = await scene.receive(bytes, { name });
    expect((await scene.inspect(file)).kind).toBe('decided');
    return scene.find(file);
  };

  it.each(HOSTILE.filter(({ isDear }) => isDear !== true))(
    '$what is not clean, and nothing of it is sealed',
    async ({ name, make, code }) => {
      const file = await inspect(name, make());
      // The scanner calls some of them malware by its own heuristics.
      expect(['REJECTED', 'UNSCANNABLE', 'INFECTED']).toContain(file.state);
      expect(file.verdict?.findings.map((finding) => finding.code)).toContain(code);
      expect(file.vaultKey).toBeNull();
    },
  );

  it.each(MALWARE)('the test virus in %s is INFECTED', async (name, bytes) => {
    expect(await inspect(name, bytes())).toMatchObject({ state: 'INFECTED', verdict: { reason: 'MALWARE' } });
  });

  it.each([
    ['a.tar.zst', zstdCompressSync(packedTar())],
    ['two-streams.bz2', Buffer.concat([rawBzip2(Buffer.from('text')), rawBzip2(tar())])],
    ['zst.deb', deb(zstdCompressSync(packedTar()), 'zst')],
    ['deb.tar', rawTar([{ name: 'a.deb', content: deb(gzipSync(tar()), 'gz') }])],
  ])('the test virus where the scanner does not look is not clean: %s', async (name, bytes) => {
    const file = await inspect(name, bytes);
    expect(file).toMatchObject({
      state: 'UNSCANNABLE',
      verdict: { reason: 'ARCHIVE_UNSCANNED' },
      vaultKey: null,
    });
  });

  it('is INFECTED in every test file of ClamAV', async () => {
    const names = (await readdir(TEST_FILES)).sort();
    expect(names.length).toBeGreaterThan(40);
    for (const name of names) {
      const file = await inspect(name, await readFile(path.join(TEST_FILES, name)));
      expect([name, file.state, file.verdict?.reason]).toEqual([name, 'INFECTED', 'MALWARE']);
    }
  });

  it.each([
    ['dies', 'process.exit(1);'],
    ['takes all memory', 'const all = []; for (;;) all.push(Buffer.alloc(1e8, 1));'],
  ])(
    'a file at which the analyser %s is UNSCANNABLE in the end, and the next one is judged',
    async (_what, code) => {
      const harmed = await startHarmedAnalyser(code);
      try {
        const file = await scene.receive(Buffer.from('some text'), { name: 'a.txt' });
        const outcomes = [];
        for (let attempt = 0; attempt < 3; attempt += 1) {
          const { kind } = await scene.inspect(await scene.find(file), { analyser: harmed });
          outcomes.push(kind);
        }
        expect(outcomes).toEqual(['postponed', 'postponed', 'decided']);
        expect(await scene.find(file)).toMatchObject({
          state: 'UNSCANNABLE',
          vaultKey: null,
          verdict: { reason: 'ANALYSER_UNAVAILABLE' },
        });
      } finally {
        await harmed.close();
      }
      expect(await inspect('a.txt', Buffer.from('other text'))).toMatchObject({ state: 'CLEAN' });
    },
  );

  it('a file at which the analyser comes to no end is UNSCANNABLE the second time, and the next one is judged', async () => {
    const limits = { replyTimeoutMs: 3_000, limits: HARDLY_ANY_TIME };
    const harmed = await startHarmedAnalyser('for (;;);', limits);
    try {
      const file = await scene.receive(Buffer.from('some text'), { name: 'a.txt' });
      const inspect = async () => scene.inspect(await scene.find(file), { analyser: harmed });
      expect([(await inspect()).kind, (await inspect()).kind]).toEqual(['postponed', 'decided']);
      expect(await scene.find(file)).toMatchObject({
        state: 'UNSCANNABLE',
        vaultKey: null,
        verdict: { reason: 'ANALYSIS_LIMIT' },
      });
    } finally {
      await harmed.close();
    }
    expect(await inspect('a.txt', Buffer.from('other text'))).toMatchObject({ state: 'CLEAN' });
  });

  it('have left nothing on the disk, and no analyser that has grown', async () => {
    const kept = await readdir(scene.root, { recursive: true, withFileTypes: true });
    const sealed = kept.filter((entry) => entry.isFile() && entry.parentPath.includes('vault'));
    // What was clean is of the tests above.
    expect(sealed).toHaveLength(1);
    expect(await peakMibOfAnalysers()).toSatisfy((mib: number) => mib > 20 && mib < MOST_MIB);
  });
});
