import { once } from 'node:events';
import { connect } from 'node:net';
import { stretch, type Kind } from './bytes.js';

/** A stream to clamd without anything between. */
export interface RawScanJob {
  readonly port: number;
  readonly sizeBytes: number;
  readonly kind: Kind;
}

const MIB = 1024 * 1024;
/** As the parts of the product's uploads, so that both send the same bytes. */
const PART_BYTES = 8 * MIB;
const CHUNK_BYTES = 256 * 1024;

/** Sends the same bytes as an upload of this size straight to clamd, and waits for its answer. */
export async function scanRaw({ port, sizeBytes, kind }: RawScanJob): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let reply = '';
  socket.setEncoding('latin1').on('data', (text: string) => (reply += text));
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  socket.write('zINSTREAM\0');
  for (let sent = 0; sent < sizeBytes; sent += PART_BYTES) {
    const part = stretch(kind, sent / PART_BYTES, Math.min(PART_BYTES, sizeBytes - sent));
    for (let at = 0; at < part.length; at += CHUNK_BYTES) {
      await sendChunk(socket, part.subarray(at, at + CHUNK_BYTES));
    }
  }
  socket.write(Buffer.alloc(4));
  await closed;
  if (reply !== 'stream: OK\0') throw new Error(`clamd said ${reply}`);
}

async function sendChunk(socket: ReturnType<typeof connect>, chunk: Buffer): Promise<void> {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(chunk.length);
  socket.cork();
  socket.write(header);
  const isRoomLeft = socket.write(chunk);
  socket.uncork();
  if (!isRoomLeft) await once(socket, 'drain');
}
