import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LimitError } from '../../../src/analyser/budget.js';
import { createXmlParser } from '../../../src/analyser/markup/xml-parser.js';
import { analyse, codesOf } from '../../support/analyser/analyse.js';
import { windowsProgram } from '../../support/analyser/compound.js';

const NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
const svg = (body: string): string => `<svg ${NAMESPACES} viewBox="0 0 9 9">${body}</svg>`;
const base64 = (content: Buffer | string): string => Buffer.from(content).toString('base64');
const utf32 = (text: string): Buffer => {
  const bytes = Buffer.alloc(4 + 4 * text.length);
  bytes.writeUInt32BE(0xfeff, 0);
  for (let at = 0; at < text.length; at += 1) bytes.writeUInt32BE(text.charCodeAt(at), 4 * (at + 1));
  return bytes;
};

describe('an image of vectors', () => {
  it.each([
    ['paths', svg('<path d="M0 0h9" fill="url(#a)" style="stroke:red"/>')],
    [
      'a style sheet',
      svg(
        '<style>@font-face{font-family:a;src:url(data:font/woff2;base64,d09GMg==)} a{fill:url(#b)}</style>',
      ),
    ],
    [
      'a link that somebody follows',
      svg('<a xlink:href="https://a.example/" target="_blank"><text>a</text></a>'),
    ],
    [
      'references within it',
      svg('<use xlink:href="#a"/><set attributeName="x" to="5"/><image href="beside.png"/>'),
    ],
    [
      'labels as programs for diagrams write them',
      svg(
        '<switch><foreignObject><div xmlns="http://www.w3.org/1999/xhtml"><b>a</b><br/></div></foreignObject></switch>',
      ),
    ],
    [
      'extensions of a program that draws',
      svg(
        '<foreignObject requiredExtensions="x"><i:pgfRef xmlns:i="http://ns.adobe.com/AdobeIllustrator/10.0/"/></foreignObject>',
      ),
    ],
    [
      'its custom declaration',
      `<?xml version="1.0" encoding="UTF-8"?>\n<!-- x --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">${svg('')}`,
    ],
    [
      'only an embedded bitmap',
      svg(`<image href="data:image/gif;base64,${base64('GIF89a\x01\0\x01\0\0\0\0;')}"/>`),
    ],
  ])('with %s is ordinary', async (_what, text) => {
    expect(await analyse(text, 'a.svg', { declaredType: 'image/svg+xml' })).toEqual({
      contentType: 'image/svg+xml',
      findings: [],
    });
  });

  const active: [string, string][] = [
    ['a script', svg('<script>x</script>')],
    ['a script of any prefix', '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script/></s:svg>'],
    ['a script of the other namespace', svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>')],
    ['a handler', svg('<g onload="x"/>')],
    ['a handler in its root', `<svg ${NAMESPACES} ONLOAD='x'/>`],
    ['a link to a script', svg('<a xlink:href=" java&#x73;cript:x"/>')],
    ['a link to a script with a line end in it', svg('<a href="java&#10;script:x"/>')],
    ['a link to a page that it carries', svg('<a href="data:text/html,x"/>')],
    ['an animation of a link', svg('<a><set attributeName="href" to="javascript:x"/></a>')],
    ['an animation of a handler', svg('<set attributeName="onclick" to="x"/>')],
    [
      'a page',
      svg('<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" srcdoc="x"/></foreignObject>'),
    ],
    ['a form', svg('<foreignObject><form xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>')],
    ['a binding', svg('<style>a{-moz-\\62inding:url(#x)}</style>')],
    ['a script behind what looks like a comment', svg('<?x > <!-- ?><script/><!-- -->')],
    ['a script in an entity', `<!DOCTYPE svg [<!ENTITY a "<script>x</script>">]>${svg('&a;')}`],
    [
      'a script in an entity of an entity',
      `<!DOCTYPE svg [<!ENTITY b "&#60;script/>"><!ENTITY a "&b;">]>${svg('&a;')}`,
    ],
    ['a link in an entity', `<!DOCTYPE svg [<!ENTITY a "javascript:">]>${svg('<a href="&a;x"/>')}`],
    [
      'a script in an entity that an entity declares',
      `<!DOCTYPE svg [<!ENTITY % p "<!ENTITY a '&#60;script/>'>"> %p;]>${svg('&a;')}`,
    ],
    ['an image that does', svg(`<image href="data:image/svg+xml;base64,${base64(svg('<script/>'))}"/>`)],
    [
      'an image that does, in percent',
      svg(`<use href="data:image/svg+xml,${encodeURIComponent(svg('<script/>'))}"/>`),
    ],
    ['a root behind a long comment', `<!--${'x'.repeat(40_000)}-->${svg('<script/>')}`],
    ['a script in CDATA, of a style', svg('<style><![CDATA[a{width:expression(x)}]]></style>')],
  ];
  it.each(active)('that holds %s acts', async (_what, text) => {
    expect(await codesOf(text, 'a.svg')).toContain('SVG_ACTIVE');
    expect(await codesOf(text, 'a.svg', { chunkBytes: 3 })).toContain('SVG_ACTIVE');
  });

  it.each([
    ['UTF-16', Buffer.from(`\ufeff${svg('<script/>')}`, 'utf16le')],
    ['UTF-16 of the other order', Buffer.from(`\ufeff${svg('<script/>')}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(`<?xml version="1.0"?>${svg('<script/>')}`, 'utf16le')],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${svg('<script/>')}`)],
    ['UTF-32', utf32(svg('<script/>'))],
    ['blanks', Buffer.from(' '.repeat(20_000) + svg('<script/>'))],
  ])('acts also in %s', async (_what, bytes) => {
    expect(await codesOf(bytes, 'a.svg')).toContain('SVG_ACTIVE');
    expect(await codesOf(bytes, 'a.svg', { chunkBytes: 7 })).toContain('SVG_ACTIVE');
  });

  it('acts also where it is compressed', async () => {
    expect((await analyse(gzipSync(svg('<script/>')), 'a.svgz')).findings).toEqual([
      { code: 'SVG_ACTIVE', detail: 'script', path: 'a.svg' },
    ]);
    expect(await codesOf(gzipSync(svg('')), 'a.svgz')).toEqual([]);
  });

  it.each([
    ['an image', svg('<image href="http://a.example/a.png"/>')],
    ['an image without a scheme', svg('<image xlink:href="//a.example/a.png"/>')],
    ['a file of the machine', svg('<image xlink:href="file:///etc/passwd"/>')],
    ['a file beside its directory', svg('<image xlink:href="../../etc/passwd"/>')],
    ['a drawing', svg('<use href="https://a.example/a.svg#x"/>')],
    ['a pattern', svg('<rect fill="url( &quot;https://a.example/a.svg#x&quot;)"/>')],
    ['a style sheet', svg('<style>@import "https://a.example/a.css";</style>')],
    ['a style with escapes', svg('<style>a{fill:u\\72l(https://a.example/a)}</style>')],
    ['a style in an attribute', svg('<g style="fill:url(//a.example/a)"/>')],
  ])('that loads %s from elsewhere is found out', async (_what, text) => {
    expect(await codesOf(text, 'a.svg')).toEqual(['SVG_EXTERNAL_REFERENCE']);
  });

  it('that carries a program is found out', async () => {
    const carried = svg(`<image href="data:image/png;base64,${base64(windowsProgram())}"/>`);
    expect(await codesOf(carried, 'a.svg')).toEqual(['EXECUTABLE_HIDDEN']);
  });

  it('that is no XML cannot be read', async () => {
    expect(await codesOf(svg('<g>'), 'a.svg')).toEqual(['DOCUMENT_UNREADABLE']);
    expect(await codesOf(svg('<g a=b/>'), 'a.svg')).toEqual(['DOCUMENT_UNREADABLE']);
    expect(await codesOf(`<?xml version="1.0" encoding="x-none"?>${svg('')}`, 'a.svg')).toEqual([
      'DOCUMENT_UNREADABLE',
    ]);
  });

  it.each([
    ['nested without end', `<svg ${NAMESPACES}>${'<g>'.repeat(20_000)}`],
    [
      'of attributes without end',
      svg(`<g ${Array.from({ length: 20_000 }, (_, i) => `a${i}=""`).join(' ')}/>`),
    ],
  ])('%s comes to a limit', async (_what, text) => {
    expect(await codesOf(text, 'a.svg')).toEqual(['ANALYSIS_LIMIT']);
  });

  it('with a piece without end comes to a limit before it is kept', () => {
    const nothing = (): void => undefined;
    const listener = {
      doctype: nothing,
      instruction: nothing,
      text: nothing,
      close: nothing,
      expanded: nothing,
    };
    const parser = createXmlParser({ ...listener, open: () => false }, false);
    parser.hear('<a b="');
    expect(() => parser.hear('x'.repeat(33 * 1024 * 1024))).toThrow(LimitError);
  });
});
