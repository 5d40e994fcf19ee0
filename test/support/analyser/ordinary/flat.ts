import { archive } from './archives.js';
import { png } from './images.js';
import { sample, type Sample } from './sample.js';

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const PICTURE = png(40, 30).toString('base64');
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const PACKAGE = 'http://schemas.microsoft.com/office/2006/xmlPackage';

const flatPackage = `${XML}<?mso-application progid="Word.Document"?>
<pkg:package xmlns:pkg="${PACKAGE}"><pkg:part pkg:name="/word/_rels/document.xml.rels" pkg:contentType="application/vnd.openxmlformats-package.relationships+xml"><pkg:xmlData><Relationships xmlns="${RELATIONS}"><Relationship Id="a" Type="x/image" Target="media/a.png"/><Relationship Id="b" Type="x/hyperlink" Target="https://a.example/" TargetMode="External"/></Relationships></pkg:xmlData></pkg:part><pkg:part pkg:name="/word/document.xml" pkg:contentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"><pkg:xmlData><w:document xmlns:w="w"><w:p><w:instrText> PAGE </w:instrText></w:p></w:document></pkg:xmlData></pkg:part><pkg:part pkg:name="/word/media/a.png" pkg:contentType="image/png"><pkg:binaryData>${PICTURE}</pkg:binaryData></pkg:part></pkg:package>`;

const word2003 = `${XML}<?mso-application progid="Word.Document"?>
<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" w:macrosPresent="no" w:embeddedObjPresent="no" w:ocxPresent="no"><w:body><w:p><w:instrText>DATE \\@ "d.M.yyyy"</w:instrText><w:pict><w:binData w:name="wordml://1.png">${PICTURE}</w:binData></w:pict></w:p></w:body></w:wordDocument>`;

const excel2003 = `${XML}<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="A"><Table><Row><Cell ss:Formula="=SUM(R[-2]C:R[-1]C)"><Data ss:Type="Number">3</Data></Cell></Row></Table></Worksheet></Workbook>`;

const flatText = `${XML}<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:draw="d" xmlns:ooo="http://openoffice.org/2004/office" xmlns:xlink="http://www.w3.org/1999/xlink"><office:scripts><office:script><ooo:libraries><ooo:library-embedded ooo:name="Standard"/></ooo:libraries></office:script></office:scripts><office:body><draw:image><office:binary-data>${PICTURE}</office:binary-data></draw:image><draw:a xlink:href="https://a.example/"/></office:body></office:document>`;

const page = `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<html><body>text</body></html>\r\n--x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n${PICTURE}\r\n--x--\r\n`;

/** Documents of office programs in one piece, and parts of documents that nobody expects. */
export async function flatDocuments(): Promise<readonly Sample[]> {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0 ${'L1 1 '.repeat(80_000)}"/></svg>`;
  const named = '<a><event-listener class="b"/><connection name="c"/><f>x</f></a>';
  const extension = { '[Content_Types].xml': `${XML}<Types/>`, 'a/events.xml': named, 'a/b.svg': drawing };
  return [
    sample('flat.xml', 'text/xml', flatPackage),
    sample('word2003.xml', 'text/xml', word2003),
    sample('word2003.doc', 'application/msword', word2003),
    sample('excel2003.xls', 'application/vnd.ms-excel', excel2003),
    sample('flat.fodt', null, flatText),
    sample('page.mht', 'message/rfc822', page),
    sample(
      'table.slk',
      null,
      'ID;PWXL;N;E\r\nP;PGeneral\r\nO;L;D;V0;K47;G100 0.001\r\nC;Y1;X1;K"name"\r\nC;Y2;K3;ESUM(R1C1:R2C1)\r\nE\r\n',
    ),
    sample('extension.vsix', null, await archive(extension)),
  ];
}
