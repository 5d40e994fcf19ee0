import XMLBuilder from 'fast-xml-builder';
import type { Part } from '../../domain/file.js';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

const builder = new XMLBuilder({ format: false, ignoreAttributes: false, attributeNamePrefix: '@' });

/** Writes a document with one root element, e.g. `ListPartsResult`. */
export const writeXml = (root: string, content: Readonly<Record<string, unknown>>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: { '@xmlns': NAMESPACE, ...content } })}`;

/** A part of the ledger, as ListParts shows it. */
export const listedPart = ({ partNumber, etag, sizeBytes }: Part): Readonly<Record<string, unknown>> => ({
  PartNumber: partNumber,
  ETag: `"${etag}"`,
  Size: sizeBytes,
});
