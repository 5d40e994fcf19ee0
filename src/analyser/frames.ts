/** What passes between a worker and its analyser: a kind, a length, and so many bytes. */
export type FrameKind =
  /** To the analyser: a file begins (JSON of its label and limits); bytes of it; its end. */
  | 'begin'
  | 'data'
  | 'end'
  /** To the analyser: asks what is known once it has read up to here. */
  | 'ask'
  /**
   * From the analyser: it can take a file; of the file only the last bytes are wanted (JSON); what is known so far
   * (JSON); the report (JSON).
   */
  | 'ready'
  | 'enough'
  | 'known'
  | 'report';

const KINDS: readonly FrameKind[] = ['begin', 'data', 'end', 'ready', 'enough', 'report', 'ask', 'known'];

/** Bytes in front of each payload. */
export const FRAME_HEADER_BYTES = 5;

/** The header of a frame. */
export function frameHeader(kind: FrameKind, payloadBytes: number): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt8(KINDS.indexOf(kind), 0);
  header.writeUInt32BE(payloadBytes, 1);
  return header;
}

/** A whole frame with JSON in it. */
export function jsonFrame(kind: FrameKind, value: unknown): Buffer {
  const payload = Buffer.from(JSON.stringify(value), 'utf8');
  return Buffer.concat([frameHeader(kind, payload.length), payload]);
}

/** Reads a header; `undefined` where it is none. */
export function readFrameHeader(
  header: Buffer,
): { readonly kind: FrameKind; readonly payloadBytes: number } | undefined {
  const kind = KINDS[header.readUInt8(0)];
  return kind && { kind, payloadBytes: header.readUInt32BE(1) };
}
