import type { Hostile } from './hostile.js';
import { pngChunk, tinyGif, tinyJpeg, tinyPng, tinyProgram } from './raw-media.js';
import { ORDINARY_PDF, rawPdf } from './raw-pdf.js';
import { rawZip } from './raw-zip.js';

const zip = (): Buffer => rawZip([{ name: 'a.txt', content: Buffer.from('text') }]);
const SCRIPT = Buffer.from('<script>alert(1)</script>');

const file = (what: string, name: string, code: string, ...pieces: readonly Buffer[]): Hostile => ({
  what,
  name,
  make: () => Buffer.concat(pieces),
  code,
});

/** Images and others that must not become CLEAN. */
export const HOSTILE_MEDIA: readonly Hostile[] = [
  file('a zip behind a PNG', 'a.png', 'POLYGLOT', tinyPng(), zip()),
  file('a zip behind a JPEG', 'a.jpg', 'POLYGLOT', tinyJpeg(), zip()),
  file('a zip behind a GIF', 'a.gif', 'POLYGLOT', tinyGif(), zip()),
  file('a PDF behind a JPEG', 'a.jpg', 'POLYGLOT', tinyJpeg(), rawPdf(ORDINARY_PDF)),
  file('a program behind a JPEG', 'a.jpg', 'EXECUTABLE_HIDDEN', tinyJpeg(), tinyProgram()),
  file('a program behind a second JPEG', 'a.jpg', 'EXECUTABLE_HIDDEN', tinyJpeg(), tinyJpeg(), tinyProgram()),
  file('a program within a PNG', 'a.png', 'EXECUTABLE_HIDDEN', tinyPng(pngChunk('prVt', tinyProgram()))),
  file('a script within a PNG', 'a.png', 'SCRIPT_HIDDEN', tinyPng(pngChunk('tEXt', SCRIPT))),
  file('a page behind a GIF', 'a.gif', 'SCRIPT_HIDDEN', tinyGif(), Buffer.from('<html><body>x</body>')),
  file('a program under the name of an image', 'a.png', 'TYPE_MISMATCH', tinyProgram()),
  file('a program under the name of a text', 'a.txt', 'TYPE_MISMATCH', tinyProgram()),
  file('a program that looks like a document', 'a.pdf.exe', 'NAME_DISGUISED', tinyProgram()),
  file('a page under the name of an image', 'a.jpg', 'TYPE_MISMATCH', Buffer.from('<html><body>x</body>')),
  file('a zip behind a text', 'a.txt', 'POLYGLOT', Buffer.from('some text\n'), zip()),
  {
    what: 'images and other bytes behind each other without end',
    name: 'a.gif',
    make: () => Buffer.concat(Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? tinyGif() : tinyJpeg()))),
    code: 'ARCHIVE_TOO_DEEP',
  },
];
