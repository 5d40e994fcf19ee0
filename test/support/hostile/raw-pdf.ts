import { deflateSync } from 'node:zlib';

/** An object of a PDF: its dictionary or value, and its stream where it has one. */
export interface PdfObject {
  readonly body: string;
  readonly stream?: Buffer;
}

/** Writes a PDF; the first object is its catalogue. The table of objects is left out: viewers make their own. */
export function rawPdf(objects: readonly (PdfObject | string)[]): Buffer {
  const written = objects.flatMap((object, index) => {
    const { body, stream } = typeof object === 'string' ? { body: object, stream: undefined } : object;
    const head = Buffer.from(`${String(index + 1)} 0 obj\n${body}\n`, 'latin1');
    if (!stream) return [head, Buffer.from('endobj\n')];
    return [head, Buffer.from('stream\n'), stream, Buffer.from('\nendstream\nendobj\n')];
  });
  const count = String(objects.length + 1);
  const trailer = `trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n0\n%%EOF\n`;
  return Buffer.concat([
    Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1'),
    ...written,
    Buffer.from(trailer),
  ]);
}

/** A stream that is packed, with what else its dictionary says. */
export const packedObject = (dictionary: string, content: Buffer | string): PdfObject => {
  const stream = deflateSync(content);
  return { body: `<< ${dictionary} /Filter /FlateDecode /Length ${String(stream.length)} >>`, stream };
};

/** Objects within a stream: what they are is not to be seen in the bytes of the file. */
export const objectStream = (objects: readonly string[]): PdfObject => {
  let at = 0;
  const numbers = objects.map((object, index) => {
    const pair = `${String(100 + index)} ${String(at)}`;
    at += object.length + 1;
    return pair;
  });
  const head = `${numbers.join(' ')} `;
  const count = String(objects.length);
  return packedObject(
    `/Type /ObjStm /N ${count} /First ${String(head.length)}`,
    `${head}${objects.join(' ')}`,
  );
};

/** Ordinary objects: a catalogue with one empty page. */
export const ORDINARY_PDF: readonly string[] = [
  '<< /Type /Catalog /Pages 2 0 R >>',
  '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>',
];
