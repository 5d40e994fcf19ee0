import { FRAME_HEADER_BYTES, readFrameHeader, type FrameKind } from '../../analyser/frames.js';

/** What an analyser may say, and how much of it. */
const LONGEST: Readonly<Partial<Record<FrameKind, number>>> = {
  ready: 64,
  enough: 64,
  known: 64,
  report: 1024 * 1024,
};

/**
 * Cuts what an analyser sends into frames.
 *
 * @param hear - hears of each frame
 * @returns takes the next bytes; throws `Error` for what is no frame, or a longer one than its kind may be
 */
export function createFrameParser(hear: (kind: FrameKind, payload: Buffer) => void): (bytes: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  return (bytes) => {
    held = Buffer.concat([held, bytes]);
    while (held.length >= FRAME_HEADER_BYTES) {
      const header = readFrameHeader(held);
      const longest = header && LONGEST[header.kind];
      if (!header || longest === undefined) throw new Error('The analyser sent what is no frame');
      if (header.payloadBytes > longest) throw new Error('The analyser sent too long a frame');
      const end = FRAME_HEADER_BYTES + header.payloadBytes;
      if (held.length < end) return;
      const payload = held.subarray(FRAME_HEADER_BYTES, end);
      held = held.subarray(end);
      hear(header.kind, payload);
    }
  };
}
