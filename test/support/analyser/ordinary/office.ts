import { compoundOf, workbookOf } from '../compound.js';
import { archive } from './archives.js';
import { png } from './images.js';
import { sample, type Sample } from './sample.js';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const OOXML = 'application/vnd.openxmlformats-officedocument';
const SCHEMA = 'http://schemas.openxmlformats.org';
const RELATIONS = `${SCHEMA}/officeDocument/2006/relationships`;

const relations = (...rows: readonly (readonly [type: string, target: string, mode?: string])[]): string =>
  `${XML}<Relationships xmlns="${SCHEMA}/package/2006/relationships">${rows
    .map(
      ([type, target, mode], index) =>
        `<Relationship Id="rId${index}" Type="${RELATIONS}/${type}" Target="${target}"${mode === undefined ? '' : ` TargetMode="${mode}"`}/>`,
    )
    .join('')}</Relationships>`;

const contentTypes = (part: string, type: string): string =>
  `${XML}<Types xmlns="${SCHEMA}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/${part}" ContentType="${type}"/></Types>`;

const core = {
  'docProps/core.xml': `${XML}<cp:coreProperties xmlns:cp="${SCHEMA}/package/2006/metadata/core-properties"/>`,
};

/** A letter, with what is ordinary in one: a link, a picture, a field with the number of the page. */
const docx = (text: string): Promise<Buffer> =>
  archive({
    '[Content_Types].xml': contentTypes('word/document.xml', `${OOXML}.wordprocessingml.document.main+xml`),
    '_rels/.rels': relations(['officeDocument', 'word/document.xml']),
    'word/document.xml': `${XML}<w:document xmlns:w="${SCHEMA}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p><w:p><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:instrText> HYPERLINK "https://a.example/" </w:instrText></w:r></w:p></w:body></w:document>`,
    'word/_rels/document.xml.rels': relations(
      ['hyperlink', 'https://a.example/', 'External'],
      ['image', 'media/image1.png'],
    ),
    'word/media/image1.png': png(20, 20),
    ...core,
  });

const xlsx = (rows: number): Promise<Buffer> =>
  archive({
    '[Content_Types].xml': contentTypes('xl/workbook.xml', `${OOXML}.spreadsheetml.sheet.main+xml`),
    '_rels/.rels': relations(['officeDocument', 'xl/workbook.xml']),
    'xl/workbook.xml': `${XML}<workbook xmlns="${SCHEMA}/spreadsheetml/2006/main"><sheets><sheet name="a" sheetId="1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(['worksheet', 'worksheets/sheet1.xml']),
    'xl/worksheets/sheet1.xml': `${XML}<worksheet xmlns="${SCHEMA}/spreadsheetml/2006/main"><sheetData>${Array.from({ length: rows }, (_, row) => `<row r="${row + 1}"><c r="A${row + 1}"><v>${row}</v></c><c><f>SUM(A1:A2)</f><v>1</v></c></row>`).join('')}</sheetData></worksheet>`,
    ...core,
  });

const pptx = (): Promise<Buffer> =>
  archive({
    '[Content_Types].xml': contentTypes(
      'ppt/presentation.xml',
      `${OOXML}.presentationml.presentation.main+xml`,
    ),
    '_rels/.rels': relations(['officeDocument', 'ppt/presentation.xml']),
    'ppt/presentation.xml': `${XML}<p:presentation xmlns:p="${SCHEMA}/presentationml/2006/main"/>`,
    'ppt/slides/slide1.xml': `${XML}<p:sld xmlns:p="${SCHEMA}/presentationml/2006/main"><p:cSld/></p:sld>`,
    'ppt/media/image1.png': png(20, 20),
    ...core,
  });

const ODF = 'application/vnd.oasis.opendocument';

/** A document of LibreOffice: its type first and not compressed. */
const odf = (kind: string, body: string): Promise<Buffer> =>
  archive(
    {
      mimetype: `${ODF}.${kind}`,
      'content.xml': `${XML}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><office:body>${body}</office:body></office:document-content>`,
      'styles.xml': `${XML}<office:document-styles xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>`,
      'META-INF/manifest.xml': `${XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="${ODF}.${kind}"/></manifest:manifest>`,
      'Thumbnails/thumbnail.png': png(20, 20),
    },
    ['mimetype'],
  );

const epub = (): Promise<Buffer> =>
  archive(
    {
      mimetype: 'application/epub+zip',
      'META-INF/container.xml': `${XML}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="a.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`,
      'a.opf': `${XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0"/>`,
      'a.xhtml': `${XML}<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>a</title></head><body><p>a</p></body></html>`,
    },
    ['mimetype'],
  );

const summary = Buffer.concat([Buffer.from('feff00000a00020000000000', 'hex'), Buffer.alloc(200)]);
const oldWord = (): Buffer => {
  const document = Buffer.alloc(9_000, 'Text. ');
  document.writeUInt16LE(0xa5ec, 0);
  document.writeUInt16LE(0x1200, 10);
  return compoundOf({
    streams: { WordDocument: document, '1Table': Buffer.alloc(5_000), '\u0005SummaryInformation': summary },
  });
};
const oldSlides = (): Buffer =>
  compoundOf({
    streams: {
      'PowerPoint Document': Buffer.concat([Buffer.from('0f00e80300000000', 'hex'), Buffer.alloc(5_000)]),
      'Current User': Buffer.from('0000f60f14000000140000005fc091e3', 'hex'),
      Pictures: png(99, 99, true),
    },
  });
const message = (): Buffer =>
  compoundOf({
    streams: {
      '__properties_version1.0': Buffer.alloc(64),
      '__nameid_version1.0/__substg1.0_00020102': Buffer.alloc(16),
      '__substg1.0_1000001F': Buffer.from('Hello', 'utf16le'),
      '__substg1.0_0037001F': Buffer.from('Subject', 'utf16le'),
      '__attach_version1.0_#00000000/__substg1.0_37010102': png(30, 30),
      '__attach_version1.0_#00000000/__substg1.0_3707001F': Buffer.from('photo.png', 'utf16le'),
    },
  });

/** Documents of office programs, old and new. */
export const office = async (): Promise<readonly Sample[]> => [
  sample('a.docx', `${OOXML}.wordprocessingml.document`, await docx('All human beings')),
  sample('b.docx', null, await docx('Все люди рождаются свободными. '.repeat(5_000))),
  sample('a.xlsx', `${OOXML}.spreadsheetml.sheet`, await xlsx(10)),
  sample('b.xlsx', `${OOXML}.spreadsheetml.sheet`, await xlsx(20_000)),
  sample('a.pptx', `${OOXML}.presentationml.presentation`, await pptx()),
  sample('a.odt', `${ODF}.text`, await odf('text', '<office:text/>')),
  sample('a.ods', `${ODF}.spreadsheet`, await odf('spreadsheet', '<office:spreadsheet/>')),
  sample('a.odp', `${ODF}.presentation`, await odf('presentation', '<office:presentation/>')),
  sample('a.odg', `${ODF}.graphics`, await odf('graphics', '<office:drawing/>')),
  sample('a.ott', `${ODF}.text-template`, await odf('text-template', '<office:text/>')),
  sample('a.epub', 'application/epub+zip', await epub()),
  sample('a.doc', 'application/msword', oldWord()),
  sample(
    'a.xls',
    'application/vnd.ms-excel',
    compoundOf({ streams: { Workbook: workbookOf(0), '\u0005SummaryInformation': summary } }),
  ),
  sample('b.xls', 'application/vnd.ms-excel', compoundOf({ streams: { Book: workbookOf(0) } })),
  sample(
    'table.xls',
    'application/vnd.ms-excel',
    '<html><body><table><tr><td>1</td></tr></table></body></html>',
  ),
  sample('a.ppt', 'application/vnd.ms-powerpoint', oldSlides()),
  sample('a.msg', 'application/vnd.ms-outlook', message()),
  sample(
    'Thumbs.db',
    null,
    compoundOf({ streams: { '256_1': Buffer.concat([Buffer.alloc(24), png(9, 9)]), Catalog: 'x' } }),
  ),
];
