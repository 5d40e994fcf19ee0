import { describe, expect, it } from 'vitest';
import { analyse, codesOf } from '../../support/analyser/analyse.js';

const laughs = (levels: number, width: number): string => {
  const entities = Array.from({ length: levels }, (_, level) =>
    level === 0 ? '<!ENTITY e0 "ha">' : `<!ENTITY e${level} "${`&e${level - 1};`.repeat(width)}">`,
  );
  return `<?xml version="1.0"?><!DOCTYPE a [${entities.join('\n')}]><a>&e${levels - 1};</a>`;
};

describe('a document of XML', () => {
  it.each([
    ['elements', '<?xml version="1.0"?><a><script>x</script><b onclick="x"/></a>'],
    [
      'what a publisher declares',
      '<!DOCTYPE plist PUBLIC "x" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist/>',
    ],
    ['what is declared beside it', '<?xml version="1.0"?><!DOCTYPE a SYSTEM "a.dtd"><a/>'],
    ['what a name declares', '<?xml version="1.0"?><!DOCTYPE a SYSTEM "urn:x:a.dtd"><a/>'],
    ['a style sheet beside it', '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="a.xsl"?><a/>'],
    [
      'an inclusion beside it',
      '<?xml version="1.0"?><a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="b.xml"/></a>',
    ],
    ['errors', '<?xml version="1.0"?><a>&nbsp;<b></a>'],
  ])('with %s is ordinary', async (_what, text) => {
    expect(await analyse(text, 'a.xml')).toEqual({ contentType: 'application/xml', findings: [] });
  });

  it.each([
    ['an entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['an entity beside it', '<!DOCTYPE a [<!ENTITY x SYSTEM "b.xml">]><a>&x;</a>'],
    ['an entity with a public name', '<!DOCTYPE a [<!ENTITY x PUBLIC "x" \'http://a.example/\'>]><a>&x;</a>'],
    ['declarations', '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://a.example/x.dtd"> %x;]><a/>'],
    [
      'a declaration in a declaration',
      `<!DOCTYPE a [<!ENTITY % p "<!ENTITY x SYSTEM 'file:///x'>"> %p;]><a>&x;</a>`,
    ],
    ['its type', '<!DOCTYPE a SYSTEM "http://a.example/a.dtd"><a/>'],
    ['its type, from a share', '<!DOCTYPE a SYSTEM "\\\\a.example\\a.dtd"><a/>'],
    ['a style sheet', '<?xml-stylesheet type="text/xsl" href="http://a.example/a.xsl"?><a/>'],
    [
      'an inclusion',
      '<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="file:///etc/passwd"/></a>',
    ],
    [
      'a late inclusion',
      `<a xmlns:i="http://www.w3.org/2001/XInclude">${'<b/>'.repeat(40_000)}<i:include parse='text' href='http://a.example/'/></a>`,
    ],
  ])('that loads %s from elsewhere is found out', async (_what, body) => {
    const text = `<?xml version="1.0"?>\n${body}`;
    for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`, 'utf16le')]) {
      const codes = await codesOf(bytes, 'a.xml');
      expect(codes).toContain('XML_EXTERNAL_ENTITY');
      expect(codes.filter((code) => !code.startsWith('XML_'))).toEqual([]);
    }
  });

  it('may declare entities', async () => {
    const text = '<?xml version="1.0"?><!DOCTYPE a [<!-- ]> --><!ELEMENT a ANY><!ENTITY x "y]>">]><a>&x;</a>';
    expect(await codesOf(text, 'a.xml')).toEqual(['XML_ENTITY']);
    expect(await codesOf(laughs(3, 5), 'a.xml', { chunkBytes: 5 })).toEqual(['XML_ENTITY']);
  });

  it.each([
    ['multiply', laughs(12, 10)],
    ['multiply by hundreds', laughs(6, 200)],
    ['hold themselves', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "&y;"><!ENTITY y "&x;">]><a/>'],
    [
      'are used too often',
      `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "${'x'.repeat(50_000)}">]><a>${'&x;'.repeat(50_000)}</a>`,
    ],
    [
      'are used too often in an attribute',
      `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "${'x'.repeat(50_000)}">]><a b="${'&x;'.repeat(1_000)}"/>`,
    ],
    [
      'are too many',
      `<?xml version="1.0"?><!DOCTYPE a [${Array.from({ length: 20_000 }, (_, i) => `<!ENTITY x${i} "">`).join('')}]><a/>`,
    ],
    [
      'stand for declarations and multiply',
      `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % a "${'x'.repeat(1_000)}">${Array.from({ length: 6 }, (_, i) => `<!ENTITY % ${'bcdefg'[i] ?? ''} "${`%${'abcdef'[i] ?? ''};`.repeat(10)}">`).join('')}]><a/>`,
    ],
  ])('is a bomb where its entities %s', async (_what, text) => {
    expect(await codesOf(text, 'a.xml')).toContain('XML_ENTITY_BOMB');
  });

  it('does not cost more than it is, whatever its entities become', async () => {
    const nothing = Array.from(
      { length: 9 },
      (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(1_000)}">`,
    ).join('');
    const text = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "">${nothing}]><a b="&e9;"/>`;
    expect(await codesOf(text, 'a.xml', { limits: { maxCpuMs: 5_000 } })).toEqual([
      'XML_ENTITY',
      'XML_ENTITY_BOMB',
    ]);
  });

  it('whose declarations are broken cannot be read', async () => {
    const broken = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "a" "b">]><a/>';
    expect(await codesOf(broken, 'a.xml')).toEqual(['DOCUMENT_UNREADABLE']);
  });

  it('is a drawing or a page by its root', async () => {
    const drawing =
      '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "<b/>">]><svg xmlns="http://www.w3.org/2000/svg" onload="x"/>';
    expect(await analyse(drawing, 'a.xml')).toMatchObject({ contentType: 'image/svg+xml' });
    expect(await codesOf(drawing, 'a.xml')).toContain('SVG_ACTIVE');
    const within = '<?xml version="1.0"?><a><h:script xmlns:h="http://www.w3.org/1999/xhtml"/></a>';
    expect(await codesOf(within, 'a.xml')).toEqual(['HTML_ACTIVE']);
    const late = `<?xml version="1.0"?><a>${'<b/>'.repeat(40_000)}<h:script xmlns:h="http://www.w3.org/1999/xhtml"/></a>`;
    expect(await codesOf(late, 'a.xml')).toEqual(['HTML_ACTIVE']);
  });
});
