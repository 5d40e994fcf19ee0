import { deflateSync, gzipSync } from 'node:zlib';
import { png } from './images.js';
import { sample, type Sample } from './sample.js';

/** A PDF of one page, with its table of objects. */
function pdf(objects: readonly (Buffer | string)[], version = '1.4'): Buffer {
  const parts = [Buffer.from(`%PDF-${version}\n%\xe2\xe3\xcf\xd3\n`, 'latin1')];
  const offsets: number[] = [];
  const length = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  objects.forEach((object, index) => {
    offsets.push(length());
    parts.push(Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n'));
  });
  const begin = length();
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`;
  parts.push(
    Buffer.from(
      `${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${begin}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

const stream = (dictionary: string, content: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`<< ${dictionary} /Length ${content.length} >>\nstream\n`),
    content,
    Buffer.from('\nendstream'),
  ]);

const CATALOG = '<< /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] >>';
const PAGES = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';
const page = (extra: string): string =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R ${extra} >>`;
const LINK =
  '/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://a.example/) >> >>]';
const TEXT = Buffer.from('BT /F1 12 Tf (Some JavaScript in a text) Tj ET');
const packed = (text: Buffer): Buffer => stream('/Filter /FlateDecode', deflateSync(text));

const pdfs = (): readonly Sample[] => {
  const make = (name: string, bytes: Buffer): Sample => sample(name, 'application/pdf', bytes);
  return [
    make('plain.pdf', pdf([CATALOG, PAGES, page(''), stream('', TEXT)])),
    make('packed.pdf', pdf([CATALOG, PAGES, page(LINK), packed(TEXT)], '1.7')),
    make(
      'objects.pdf',
      pdf(
        [
          CATALOG,
          PAGES,
          page(''),
          packed(TEXT),
          stream(
            '/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode',
            deflateSync(Buffer.from('9 0 << /A 1 >>')),
          ),
        ],
        '1.5',
      ),
    ),
    make(
      'image.pdf',
      pdf([CATALOG, PAGES, page(''), stream('/Subtype /Image /Filter /DCTDecode', png(99, 99, true))]),
    ),
    make(
      'form.pdf',
      pdf([CATALOG.replace('>>', '/AcroForm << /Fields [] >> >>'), PAGES, page(''), stream('', TEXT)]),
    ),
    make(
      'updated.pdf',
      Buffer.concat([
        pdf([CATALOG, PAGES, page(''), stream('', TEXT)]),
        Buffer.from(
          '5 0 obj\n<< /Type /Metadata >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\r\n',
        ),
      ]),
    ),
  ];
};

const html = (body: string, head = ''): string =>
  `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>a</title>${head}</head>\n<body>${body}</body></html>\n`;
const svg = (body: string, attributes = ''): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 24 24" ${attributes}>${body}</svg>`;
const ILLUSTRATOR = `<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 19.0.0, SVG Export Plug-In -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
  <!ENTITY ns_svg "http://www.w3.org/2000/svg">
  <!ENTITY ns_xlink "http://www.w3.org/1999/xlink">
]>
<svg xmlns="&ns_svg;" xmlns:xlink="&ns_xlink;" x="0px"><path d="M0 0"/></svg>`;

const drawings = (): readonly Sample[] =>
  [
    ['path.svg', svg('<path d="M0 0h24v24H0z" fill="currentColor"/>')],
    [
      'gradient.svg',
      svg(
        '<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><rect fill="url(#a)" width="9"/>',
      ),
    ],
    ['text.svg', svg('<text x="1" y="2" style="font-family:\'DejaVu Sans\'">T\u00e9xt &amp; more</text>')],
    ['animated.svg', svg('<circle r="5"><animate attributeName="r" from="1" to="5" dur="1s"/></circle>')],
    ['bitmap.svg', svg(`<image xlink:href="data:image/png;base64,${png(20, 20).toString('base64')}"/>`)],
    ['link.svg', svg('<a xlink:href="https://a.example/"><rect width="9"/></a>')],
    ['style.svg', svg('<style>.a{fill:red}/* url(x) */</style><g class="a"/>')],
    ['illustrator.svg', ILLUSTRATOR],
    [
      'inkscape.svg',
      svg(
        '<sodipodi:namedview xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" pagecolor="#fff"/><metadata><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>',
        'inkscape:version="1.0" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"',
      ),
    ],
  ].map(([name = '', text = '']) => sample(name, 'image/svg+xml', text));

/** Documents that are one text: pages, drawings, PDF, RTF. */
export const documents = (): readonly Sample[] => [
  ...pdfs(),
  ...drawings(),
  sample('a.svgz', 'image/svg+xml', gzipSync(svg('<path d="M0 0"/>'))),
  sample('plain.html', 'text/html', html('<h1>a</h1><p>b<br>c</p>')),
  sample(
    'script.html',
    'text/html',
    html('<script src="a.js"></script><form action="/x"><input onchange="y()"></form>'),
  ),
  sample('old.htm', 'text/html', '<HTML><BODY BGCOLOR=white><FONT SIZE=2>a</FONT></BODY></HTML>'),
  sample('comment.html', 'text/html', `<!-- saved from url=(0014)about:internet -->\n${html('a')}`),
  sample(
    'a.xhtml',
    'application/xhtml+xml',
    '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
  ),
  sample(
    'pom.xml',
    'text/xml',
    '<?xml version="1.0"?>\n<project xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://maven.apache.org/POM/4.0.0 http://maven.apache.org/xsd/maven-4.0.0.xsd"/>',
  ),
  sample(
    'data.xml',
    'application/xml',
    `<?xml version="1.0" encoding="ISO-8859-1"?>\n<a>${'<b c="1">text</b>'.repeat(20_000)}</a>`,
  ),
  sample(
    'docbook.xml',
    'text/xml',
    '<?xml version="1.0"?>\n<!DOCTYPE book PUBLIC "-//OASIS//DTD DocBook XML V4.5//EN" "http://www.oasis-open.org/docbook/xml/4.5/docbookx.dtd" [<!ENTITY product "Lazaret">]>\n<book><title>&product;</title></book>',
  ),
  sample(
    'utf-16.xml',
    'text/xml',
    Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?>\r\n<a/>', 'utf16le'),
  ),
  sample(
    'a.rtf',
    'application/rtf',
    "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Arial;}}{\\*\\generator Riched20;}\\viewkind4\\uc1\\pard\\f0 Caf\\'e9 \\u8364?\\par}\r\n\0",
  ),
  sample(
    'b.rtf',
    'text/rtf',
    `{\\rtf1{\\pict\\pngblip\\picw9 ${png(9, 9).toString('hex')}}{\\field{\\*\\fldinst{HYPERLINK "https://a.example/"}}{\\fldrslt a}}}`,
  ),
];
