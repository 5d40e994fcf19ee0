import XMLBuilder from 'fast-xml-builder';
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { Part } from '../../domain/file.js';

/** A part as the sender of a completion names it. */
export interface ClaimedPart {
  readonly partNumber: number;
  readonly etag: string;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const builder = new XMLBuilder({ format: false, ignoreAttributes: false, attributeNamePrefix: '@' });
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  // What is not expanded cannot explode: an ETag needs no entity but the one for its quotes.
  processEntities: false,
  isArray: (name) => name === 'Part',
});

const completion = z.object({
  CompleteMultipartUpload: z.object({
    Part: z.array(z.object({ PartNumber: z.string().regex(/^\d{1,5}$/), ETag: z.string().min(1).max(200) })),
  }),
});

/** Writes a document with one root element, e.g. `ListPartsResult`. */
export const writeXml = (root: string, content: Readonly<Record<string, unknown>>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: { '@xmlns': NAMESPACE, ...content } })}`;

/**
 * The parts that a completion names, or `undefined` when the document is none.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export function readCompletion(xml: string): readonly ClaimedPart[] | undefined {
  const document = completion.safeParse(parse(xml));
  return document.data?.CompleteMultipartUpload.Part.map(({ PartNumber, ETag }) => ({
    partNumber: Number(PartNumber),
    etag: ETag.replaceAll(/&quot;|&#34;/g, '"'),
  }));
}

function parse(xml: string): unknown {
  if (/<!(?:DOCTYPE|ENTITY)/i.test(xml)) return undefined;
  try {
    return parser.parse(xml);
  } catch {
    // The parser throws plain errors, all of them about the text.
    return undefined;
  }
}

/** A part of the ledger, as ListParts shows it. */
export const listedPart = ({ partNumber, etag, sizeBytes }: Part): Readonly<Record<string, unknown>> => ({
  PartNumber: partNumber,
  ETag: `"${etag}"`,
  Size: sizeBytes,
});
