import { describe, expect, it } from 'vitest';
import { analyse, codesOf } from '../../support/analyser/analyse.js';
import { compoundOf, packagedFile, windowsProgram } from '../../support/analyser/compound.js';
import { archive } from '../../support/analyser/ordinary/archives.js';

type Parts = Readonly<Record<string, Buffer | string>>;

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const DOCUMENT = { 'word/document.xml': `${XML}<w:document xmlns:w="w"/>` };
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const types = (part: string, type: string): string =>
  `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="${part}" ContentType="${type}"/></Types>`;
const relation = (type: string, target: string, mode = 'Internal'): string =>
  `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="${type}" Target="${target}" TargetMode="${mode}"/></Relationships>`;
const odf = (body: string): string =>
  `${XML}<office:document-content xmlns:office="o" xmlns:draw="d" xmlns:text="t" xmlns:script="s" xmlns:meta="m" xmlns:xlink="http://www.w3.org/1999/xlink">${body}</office:document-content>`;
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text.replace('UTF-8', 'UTF-16')}`, 'utf16le');
const macros = compoundOf({ streams: { 'VBA/_VBA_PROJECT': 'x', 'VBA/dir': 'x' } });
const DOCM = 'application/vnd.ms-word.document.macroEnabled.main+xml';

describe('a document of today', () => {
  it.each<[string, Parts, string]>([
    ['without more', DOCUMENT, 'a.docx'],
    [
      'that may hold macros and says so',
      { ...DOCUMENT, '[Content_Types].xml': types('/word/document.xml', DOCM) },
      'a.docm',
    ],
    [
      'with a link',
      {
        ...DOCUMENT,
        'word/_rels/document.xml.rels': relation(`${RELATIONS}/hyperlink`, 'https://a.example/', 'External'),
      },
      'a.docx',
    ],
    [
      'of LibreOffice with a link',
      {
        mimetype: 'application/vnd.oasis.opendocument.text',
        'content.xml': odf(
          '<text:a xlink:href="https://a.example/"/><draw:image xlink:href="Pictures/a.png"/>',
        ),
      },
      'a.odt',
    ],
    [
      'of LibreOffice with a template of its machine',
      {
        mimetype: 'application/vnd.oasis.opendocument.text',
        'meta.xml': odf('<meta:template xlink:href="file:///usr/share/a.ott"/>'),
      },
      'a.odt',
    ],
  ])('%s is ordinary', async (_what, parts, name) => {
    expect(await codesOf(await archive(parts, ['mimetype']), name)).toEqual([]);
  });

  it.each<[string, Parts, string[]]>([
    ['macros', { 'word/vbaProject.bin': macros }, ['OFFICE_MACRO']],
    ['macros under another name', { 'word/media/image1.bin': macros }, ['OFFICE_MACRO']],
    [
      'a part that its type calls macros',
      { '[Content_Types].xml': types('/word/x.bin', 'application/vnd.ms-office.vbaProject') },
      ['OFFICE_MACRO'],
    ],
    [
      'the type of one with macros',
      { '[Content_Types].xml': types('/word/document.xml', DOCM) },
      ['OFFICE_MACRO'],
    ],
    [
      'that type in UTF-16',
      { '[Content_Types].xml': utf16(types('/word/document.xml', DOCM)) },
      ['OFFICE_MACRO'],
    ],
    [
      'a relation to macros',
      {
        'word/_rels/document.xml.rels': relation(
          'http://schemas.microsoft.com/office/2006/relationships/vbaProject',
          'x.bin',
        ),
      },
      ['OFFICE_MACRO'],
    ],
    [
      'a template from the web',
      {
        'word/_rels/settings.xml.rels': relation(
          `${RELATIONS}/attachedTemplate`,
          'https://a.example/a.dotm',
          'External',
        ),
      },
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    [
      'an object from the web, in UTF-16',
      {
        'word/_rels/document.xml.rels': utf16(
          relation(`${RELATIONS}/oleObject`, 'mhtml:https://a.example/!x', 'External'),
        ),
      },
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    ['a control', { 'word/activeX/activeX1.xml': `${XML}<a/>` }, ['OFFICE_ACTIVEX']],
    [
      'a relation to a control',
      { 'word/_rels/document.xml.rels': relation(`${RELATIONS}/control`, 'x.xml') },
      ['OFFICE_ACTIVEX'],
    ],
    ['an object', { 'word/embeddings/a.txt': 'x' }, ['OFFICE_EMBEDDED_OBJECT']],
    [
      'a program in an object',
      {
        'word/embeddings/oleObject1.bin': compoundOf({
          streams: {
            '\u0001Ole10Native': Buffer.concat([Buffer.alloc(4), packagedFile('a.exe', windowsProgram())]),
          },
        }),
      },
      ['EXECUTABLE_HIDDEN', 'OFFICE_EMBEDDED_OBJECT'],
    ],
    [
      'a question to a program',
      {
        'word/header1.xml': `${XML}<w:hdr xmlns:w="w"><w:instrText>DDE</w:instrText><w:instrText>AUTO cmd</w:instrText></w:hdr>`,
      },
      ['OFFICE_DDE'],
    ],
    [
      'data that is fetched',
      { 'xl/connections.xml': `${XML}<connections><connection name="a" refreshOnLoad="1"/></connections>` },
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    [
      'a button that calls',
      { 'customUI/customUI.xml': `${XML}<customUI onLoad="https://a.example/a.dotm!x"/>` },
      ['OFFICE_MACRO'],
    ],
  ])('that holds %s is found out', async (_what, parts, codes) => {
    expect(await codesOf(await archive({ ...DOCUMENT, ...parts }), 'a.docx')).toEqual(codes);
  });

  it.each<[string, Parts, string[]]>([
    [
      'an encrypted part',
      {
        'META-INF/manifest.xml': `${XML}<m:manifest xmlns:m="m"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>`,
      },
      ['DOCUMENT_ENCRYPTED'],
    ],
    [
      'a picture from the web',
      { 'content.xml': odf('<draw:image xlink:href="https://a.example/a.png"/>') },
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    [
      'a section from a share',
      { 'content.xml': odf('<text:section-source xlink:href="//a.example/a.odt"/>') },
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    [
      'a template from the web',
      { 'meta.xml': odf('<meta:template xlink:href="https://a.example/a.ott"/>') },
      ['OFFICE_EXTERNAL_TEMPLATE'],
    ],
    [
      'an event that calls',
      { 'content.xml': odf('<script:event-listener xlink:href="vnd.sun.star.script:a"/>') },
      ['OFFICE_MACRO'],
    ],
    [
      'a call in another namespace',
      { 'content.xml': utf16(odf('<x:y xmlns:x="x" xlink:href="vnd.sun.star.script:a"/>')) },
      ['OFFICE_MACRO'],
    ],
    ['a plugin', { 'content.xml': odf('<draw:plugin/>') }, ['OFFICE_ACTIVEX']],
    ['a library of Basic', { 'Basic/Standard/Module1.xml': `${XML}<a/>` }, ['OFFICE_MACRO']],
  ])('of LibreOffice that holds %s is found out', async (_what, parts, codes) => {
    const file = await archive({ mimetype: 'application/vnd.oasis.opendocument.text', ...parts }, [
      'mimetype',
    ]);
    expect(await codesOf(file, 'a.odt')).toEqual(codes);
  });

  it('names the part in which something is', async () => {
    const { findings } = await analyse(
      await archive({ ...DOCUMENT, 'word/vbaProject.bin': macros }),
      'a.docx',
    );
    expect(findings.map(({ path }) => path)).toEqual([
      'word/vbaProject.bin',
      'word/vbaProject.bin/VBA',
      'word/vbaProject.bin/VBA/_VBA_PROJECT',
    ]);
  });
});
