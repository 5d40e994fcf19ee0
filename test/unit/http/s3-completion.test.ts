import { describe, expect, it } from 'vitest';
import { readCompletion } from '../../../src/http/s3/read-completion.js';

const BODY_CHARACTERS = 2 * 1024 * 1024;
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const PART = '<Part><PartNumber>1</PartNumber><ETag>a</ETag></Part>';

const naming = (parts: string): string => `<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`;
const partOf = (fields: string): string => naming(`<Part>${fields}</Part>`);
/** The largest body that is taken, of one piece again and again. */
const many = (piece: string): string => piece.repeat(BODY_CHARACTERS / piece.length - 100);
const parts = (count: number): string =>
  Array.from(
    { length: count },
    (_, index) =>
      `<Part><PartNumber>${String(index + 1)}</PartNumber><ETag>&quot;${'ab'.repeat(16)}&quot;</ETag></Part>`,
  ).join('\n');

/** What the code needs by itself: CPU time, the best of some runs, whatever else the machine is doing. */
function leastCpuMs(run: () => void): number {
  const runs = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...runs);
}

describe('a completion', () => {
  it('is read as clients of S3 write it', () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>
      <CompleteMultipartUpload xmlns="${NAMESPACE}">
        <Part>
          <ETag>&quot;abc&quot;</ETag>
          <ChecksumSHA256>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ChecksumSHA256>
          <PartNumber> 2 </PartNumber>
        </Part>
        <!-- in any order -->
        <Part xmlns=""><PartNumber>10000</PartNumber><ETag>&#34;d<![CDATA[ef"]]></ETag><ChecksumCRC64NVME/></Part>
      </CompleteMultipartUpload>
    `;
    expect(readCompletion(xml)).toEqual([
      { partNumber: 2, etag: '"abc"' },
      { partNumber: 10_000, etag: '"def"' },
    ]);
  });

  it('names as many parts as a file can have', () => {
    expect(readCompletion(naming(parts(10_000)))).toHaveLength(10_000);
    expect(readCompletion(naming(parts(10_001)))).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['no parts', naming('')],
    ['another root', '<Delete/>'],
    ['two roots', naming(PART) + naming(PART)],
    ['no end', '<CompleteMultipartUpload>' + PART],
    ['ends that do not match', `<CompleteMultipartUpload>${PART}</Delete>`],
    ['an element beside its parts', naming(`${PART}<Quiet/>`)],
    [
      'an element that a part does not have',
      partOf('<PartNumber>1</PartNumber><ETag>a</ETag><Size>1</Size>'),
    ],
    ['an element below a field', partOf('<PartNumber>1</PartNumber><ETag><b/>a</ETag>')],
    ['text between its parts', naming(`${PART}x`)],
    ['a field twice', partOf('<PartNumber>1</PartNumber><ETag>a</ETag><ETag>a</ETag>')],
    ['a part without a number', partOf('<ETag>a</ETag>')],
    ['a part without an ETag', partOf('<PartNumber>1</PartNumber>')],
    ['an ETag without text', partOf('<PartNumber>1</PartNumber><ETag> </ETag>')],
    ['a number of other digits', partOf('<PartNumber>1e3</PartNumber><ETag>a</ETag>')],
    ['a text that is too long', partOf(`<PartNumber>1</PartNumber><ETag>${'a'.repeat(201)}</ETag>`)],
    ['a document type', `<!DOCTYPE CompleteMultipartUpload>${naming(PART)}`],
    ['an entity of its own', partOf('<PartNumber>1</PartNumber><ETag>&a;</ETag>')],
  ])('has not %s', (_what, xml) => {
    expect(readCompletion(xml)).toBeUndefined();
  });

  it.each([
    ['elements and text in turn', `<a>${many('x<b/>')}</a>`],
    ['elements and text in turn, below the right root', naming(many('x<b/>'))],
    ['parts of nothing', naming(many('<Part/>'))],
    ['instructions', naming(many('<?a?>'))],
    ['comments', naming(many('<!---->'))],
    ['entities', partOf(`<ETag>${many('&quot;')}</ETag>`)],
    ['white space', naming(many(' '))],
    ['attributes', `<CompleteMultipartUpload${many(' a=""')}/>`],
    ['attributes of parts', naming(many(`<Part a="" b="" c="" d="">${PART.slice(6)}`))],
    ['a name', `<${many('a')}`],
    ['levels', many('<Part>')],
    ['a document type', `<!DOCTYPE a [${many('<!ENTITY a "b">')}]>${naming(PART)}`],
  ])('costs next to nothing where it is 2 MiB of %s', (_what, xml) => {
    expect(readCompletion(xml)).toBeUndefined();
    expect(leastCpuMs(() => readCompletion(xml))).toBeLessThan(150);
  });
});
