import { deflateSync } from 'node:zlib';
import type { Hostile } from './hostile.js';
import { tinyProgram } from './raw-media.js';
import { objectStream, ORDINARY_PDF, packedObject, rawPdf, type PdfObject } from './raw-pdf.js';
import { rawZip, type RawMember } from './raw-zip.js';

const SCRIPT = '/S /JavaScript /JS (app.alert\\(1\\))';

const pdf = (what: string, code: string, ...objects: readonly (PdfObject | string)[]): Hostile => ({
  what: `a PDF ${what}`,
  name: 'a.pdf',
  make: () => rawPdf([...ORDINARY_PDF, ...objects]),
  code,
});

const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

const docx = (what: string, code: string, ...members: readonly RawMember[]): Hostile => ({
  what: `a document ${what}`,
  name: 'a.docx',
  make: () =>
    rawZip([
      { name: '[Content_Types].xml', content: Buffer.from('<Types/>') },
      { name: 'word/document.xml', content: Buffer.from('<w:document/>') },
      ...members,
    ]),
  code,
});

const relation = (attributes: string): RawMember => ({
  name: 'word/_rels/settings.xml.rels',
  content: Buffer.from(`<Relationships><Relationship Id="r" ${attributes}/></Relationships>`),
});

/** A file whose bytes were packed as the rows of a picture are, and what names it as one that is to be saved. */
const predicted = (what: string, names: (number: string) => string, more = ''): Hostile => {
  const own = String(ORDINARY_PDF.length + 1);
  const rows = packedObject(
    `${more} /DecodeParms << /Predictor 12 /Columns 3 >>`,
    Buffer.from('\x02abc\x02\0\0\0', 'latin1'),
  );
  return pdf(what, 'DOCUMENT_UNREADABLE', rows, names(own), '<< /F 4 0 R >>');
};

/** Documents that must not become CLEAN. */
export const HOSTILE_DOCUMENTS: readonly Hostile[] = [
  predicted('with a file that the scanner does not restore', (own) => `<< /EF << /F ${own} 0 R >> >>`),
  predicted('with such a file as a picture', (own) => `<< /EF<</UF ${own} 0 R>> >>`, '/Subtype /Image'),
  predicted('with such a file that is named elsewhere', () => '<< /EF 6 0 R >>'),
  pdf('with a script', 'PDF_JAVASCRIPT', `<< ${SCRIPT} >>`),
  pdf('with a script in a stream of objects', 'PDF_JAVASCRIPT', objectStream([`<< ${SCRIPT} >>`])),
  pdf('with a script in a stream of objects that does not say so', 'PDF_JAVASCRIPT', {
    ...packedObject('/N 1 /First 6', `100 0 << ${SCRIPT} >>`),
  }),
  pdf(
    'with a script whose name is written in numbers',
    'PDF_JAVASCRIPT',
    '<< /S /J#61va#53cript /JS 9 0 R >>',
  ),
  pdf('with a script behind what looks like a comment', 'PDF_JAVASCRIPT', `<< /T (100%) ${SCRIPT} >>`),
  pdf('with a script in what looks like a stream', 'PDF_JAVASCRIPT', {
    body: '(stream',
    stream: Buffer.from('x\n) << /S /J#61vaScript /JS 9 0 R >>'),
  }),
  pdf('with scripts by name', 'PDF_JAVASCRIPT', '<< /Names << /JavaScript 9 0 R >> >>'),
  pdf('with a form of XFA', 'PDF_JAVASCRIPT', '<< /AcroForm << /XFA 9 0 R >> >>'),
  pdf('that starts a program', 'PDF_LAUNCH', '<< /S /Launch /F (cmd.exe) >>'),
  pdf(
    'that starts a program from a stream of objects',
    'PDF_LAUNCH',
    objectStream(['<< /S/Launch /F (a) >>']),
  ),
  pdf(
    'that calls home when it is opened',
    'PDF_AUTO_ACTION',
    '<< /OpenAction << /S /URI /URI (http://a) >> >>',
  ),
  pdf(
    'that calls home when it is opened, behind actions that are none',
    'PDF_AUTO_ACTION',
    '<< /AA << >> /OpenAction << /S /URI /URI (http://a) >> >>',
  ),
  pdf('with a program in it', 'EXECUTABLE_HIDDEN', packedObject('/Type /EmbeddedFile', tinyProgram())),
  pdf('with a program in a stream of no type', 'EXECUTABLE_HIDDEN', packedObject('', tinyProgram())),
  pdf('that is encrypted', 'DOCUMENT_ENCRYPTED', '<< /Encrypt 9 0 R >>'),
  pdf('with objects under a filter that nobody knows', 'DOCUMENT_UNREADABLE', {
    body: '<< /Type /ObjStm /N 1 /First 4 /Filter /Secret >>',
    stream: Buffer.from('bytes'),
  }),
  pdf('with objects under a filter that is told elsewhere', 'DOCUMENT_UNREADABLE', {
    body: '<< /Type /ObjStm /N 1 /First 4 /Filter 9 0 R >>',
    stream: deflateSync(`1 0 << ${SCRIPT} >>`),
  }),
  pdf('with objects under a predictor', 'DOCUMENT_UNREADABLE', {
    ...packedObject('/Type /ObjStm /N 1 /First 4 /DecodeParms << /Predictor 12 >>', 'bytes'),
  }),
  pdf('whose objects expand beyond the limit', 'DOCUMENT_UNREADABLE', {
    ...packedObject('/Type /ObjStm /N 1 /First 4', Buffer.alloc(40 * 1024 * 1024, ' ')),
  }),
  docx('with macros', 'OFFICE_MACRO', { name: 'word/vbaProject.bin', content: Buffer.from('macros') }),
  docx(
    'with a template from elsewhere',
    'OFFICE_EXTERNAL_TEMPLATE',
    relation(`Type="${RELATIONS}/attachedTemplate" Target="http://a/b.dotm" TargetMode="External"`),
  ),
  docx(
    'with a template from elsewhere in other words',
    'OFFICE_EXTERNAL_TEMPLATE',
    relation(`Type="${RELATIONS}/attached&#84;emplate" Target="http://a/>b" TargetMode='&#x45;xternal'`),
  ),
  docx('with a template from elsewhere in UTF-16', 'OFFICE_EXTERNAL_TEMPLATE', {
    name: 'word/_rels/settings.xml.rels',
    content: Buffer.from(
      `\ufeff<x:Relationships><x:Relationship Type="${RELATIONS}/attachedTemplate" Target="a" TargetMode="External"/></x:Relationships>`,
      'utf16le',
    ),
  }),
  docx('with a tag that has no end', 'DOCUMENT_UNREADABLE', {
    name: 'word/_rels/settings.xml.rels',
    content: Buffer.from(`<Relationship a="${'x'.repeat(400_000)}" TargetMode="External"/>`),
  }),
  docx('that asks other programs', 'OFFICE_DDE', {
    name: 'word/document2.xml',
    content: Buffer.from(
      '<w:p><w:instrText>DDE</w:instrText></w:p><w:p><w:instrText>DD</w:instrText><w:instrText>EAUTO c:\\\\x</w:instrText></w:p>',
    ),
  }),
];
