import type { Hostile } from './hostile.js';
import { rawZipOf } from './zip-bombs.js';

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const WORD_2003 = 'xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"';
const PACKAGE = 'xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"';
const FIELD = '<w:p><w:instrText>DDE</w:instrText><w:instrText>AUTO cmd.exe "/k calc"</w:instrText></w:p>';
const MACROS_IN_BASE64 = Buffer.from(`ActiveMime\0\0\x01${'x'.repeat(300)}`).toString('base64');

const flat = (what: string, name: string, code: string, text: string): Hostile => ({
  what: `a document in one piece ${what}`,
  name,
  make: () => Buffer.from(text),
  code,
});

const parts = (
  what: string,
  name: string,
  code: string,
  more: Readonly<Record<string, Buffer | string>>,
) => ({
  what: `a document ${what}`,
  name,
  make: () => {
    const own = name.endsWith('docx') ? 'word/document.xml' : 'xl/workbook.xml';
    const all = { '[Content_Types].xml': '<Types/>', [own]: '<document/>', ...more };
    return rawZipOf(
      Object.fromEntries(Object.entries(all).map(([key, text]) => [key, Buffer.from(text as string)])),
    );
  },
  code,
});

const webPage = (macros: string): string =>
  [
    'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n',
    `--x\r\nContent-Type: text/html\r\n\r\n<html>${'<p>text</p>'.repeat(8_000)}</html>\r\n`,
    `--x\r\nContent-Location: file:///C:/a/editdata.mso\r\nContent-Transfer-Encoding: base64\r\n\r\n${macros}\r\n`,
    `--x\r\nContent-Type: text/plain\r\n\r\n${'text\r\n'.repeat(16_000)}\r\n--x--\r\n`,
  ].join('\r\n');

/** Office documents that must not become CLEAN: in parts of any name, in one piece of XML, and as text. */
export const HOSTILE_OFFICE: readonly Hostile[] = [
  parts('with a field in a part of another place', 'a.docx', 'OFFICE_DDE', {
    'a/b.xml': `<w:x xmlns:w="w">${FIELD}</w:x>`,
  }),
  parts('with a field in a part of any name', 'a.docx', 'OFFICE_DDE', {
    'a/b.bin': `${XML}<w:x xmlns:w="w">${FIELD}</w:x>`,
  }),
  parts('with a link in a part of another place', 'a.xlsx', 'OFFICE_DDE', {
    'a.xml': '<externalLink><ddeLink ddeService="cmd"/></externalLink>',
  }),
  parts('that fetches by a part of another place', 'a.xlsx', 'OFFICE_EXTERNAL_TEMPLATE', {
    'a.xml': '<connections><connection id="1" refreshOnLoad="1"/></connections>',
  }),
  parts('with a link in binary form', 'a.xlsb', 'OFFICE_DDE', {
    'xl/externalLinks/externalLink1.bin': Buffer.from('e8021201000300000063006d006400010000007800', 'hex'),
  }),
  flat('with macros', 'a.xml', 'OFFICE_MACRO', `${XML}<w:wordDocument ${WORD_2003} w:macrosPresent="yes"/>`),
  flat(
    'with macros under the old name',
    'a.doc',
    'OFFICE_MACRO',
    `${XML}<w:wordDocument ${WORD_2003}><w:docSuppData><w:binData w:name="a.mso">${MACROS_IN_BASE64}</w:binData></w:docSuppData></w:wordDocument>`,
  ),
  flat('with a field', 'a.doc', 'OFFICE_DDE', `${XML}<w:wordDocument ${WORD_2003}>${FIELD}</w:wordDocument>`),
  flat(
    'with a part of macros',
    'a.xml',
    'OFFICE_MACRO',
    `${XML}<pkg:package ${PACKAGE}><pkg:part pkg:name="/a" pkg:contentType="application/vnd.ms-office.vbaProject"/></pkg:package>`,
  ),
  flat(
    'with a template of elsewhere',
    'a.xml',
    'OFFICE_EXTERNAL_TEMPLATE',
    `${XML}<pkg:package ${PACKAGE}><Relationship Type="x/attachedTemplate" Target="http://a.example/" TargetMode="External"/></pkg:package>`,
  ),
  flat(
    'with a program in it',
    'a.xml',
    'EXECUTABLE_HIDDEN',
    `${XML}<pkg:package ${PACKAGE}><pkg:binaryData>${Buffer.from('\x7fELF\x02\x01\x01'.padEnd(64, '\0'), 'latin1').toString('base64')}</pkg:binaryData></pkg:package>`,
  ),
  flat(
    'with a module of Basic',
    'a.fodt',
    'OFFICE_MACRO',
    `${XML}<o:document xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:ooo="http://openoffice.org/2004/office"><ooo:module ooo:name="M"/></o:document>`,
  ),
  flat(
    'with a formula that calls',
    'a.xls',
    'OFFICE_DDE',
    `${XML}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Cell ss:Formula="=cmd|'/c calc'!A1"/></Workbook>`,
  ),
  flat(
    'as a web page in the middle of its text',
    'a.doc',
    'OFFICE_MACRO',
    webPage(MACROS_IN_BASE64.replace(/.{5}/g, '$&\r\n')),
  ),
  flat(
    'of SYLK with a sheet of macros',
    'a.slk',
    'OFFICE_MACRO',
    'ID;P\r\nO;E\r\nNN;NAuto_open;ER1C1;F\r\nE\r\n',
  ),
  flat(
    'of SYLK with a formula that calls',
    'a.slk',
    'OFFICE_DDE',
    "ID;P\r\nC;X1;Y1;K0;ECMD|'/c calc'!A0\r\nE\r\n",
  ),
];
