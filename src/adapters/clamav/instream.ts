import { TransientError } from '../../domain/errors.js';
import type { ScanReply } from '../../domain/verdict.js';
import type { ClamdConnection } from './connection.js';
import { parseScanReply } from './reply.js';

/** Size of the chunks on the wire: smaller pieces are gathered, larger ones are cut. */
const CHUNK_BYTES = 512 * 1024;
/** A clamd that takes less than this on average is given up: it would hold a worker for days. */
const MIN_BYTES_PER_SECOND = 256 * 1024;

/** How long clamd, which closes after its reply, may take to do so; a second reply would come before. */
const LAST_BYTES_MS = 500;

/** How long to be patient, in milliseconds. */
export interface InstreamTimeouts {
  readonly writeTimeoutMs: number;
  readonly replyTimeoutMs: number;
}

/** One INSTREAM on an open connection. */
export interface Instream {
  write(bytes: Uint8Array): Promise<void>;
  finish(): Promise<ScanReply>;
}

const END = new Uint8Array(4);
const COMMAND = Buffer.from('zINSTREAM\0');

/**
 * Sends one stream in chunks of at most {@link CHUNK_BYTES}, holding no more than one of them.
 */
export function createInstream(connection: ClamdConnection, timeouts: InstreamTimeouts): Instream {
  const speaker = createSpeaker(connection, timeouts);
  const gathered = new Uint8Array(CHUNK_BYTES);
  let gatheredBytes = 0;

  const sendChunk = (chunk: Uint8Array): Promise<void> => speaker.say(lengthOf(chunk), chunk);
  const flush = async (): Promise<void> => {
    if (gatheredBytes > 0) await sendChunk(gathered.subarray(0, gatheredBytes));
    gatheredBytes = 0;
  };
  return {
    async write(bytes) {
      let rest = bytes;
      if (gatheredBytes + rest.length > CHUNK_BYTES) await flush();
      for (; rest.length >= CHUNK_BYTES; rest = rest.subarray(CHUNK_BYTES)) {
        await sendChunk(rest.subarray(0, CHUNK_BYTES));
      }
      gathered.set(rest, gatheredBytes);
      gatheredBytes += rest.length;
    },
    async finish() {
      await flush();
      await speaker.say(END);
      const early = speaker.early();
      if (early) return early;
      const reply = await hear(connection, timeouts);
      await connection.receiveNothing(LAST_BYTES_MS);
      return reply;
    },
  };
}

interface Speaker {
  /** Sends pieces, the command before the first ones; drops them once clamd has refused the stream. */
  say(...pieces: readonly Uint8Array[]): Promise<void>;
  /** What clamd said before the end. */
  early(): ScanReply | undefined;
}

function createSpeaker(connection: ClamdConnection, timeouts: InstreamTimeouts): Speaker {
  const send = createPatientSender(connection, timeouts.writeTimeoutMs);
  let opening: readonly Uint8Array[] = [COMMAND];
  let early: ScanReply | undefined;
  return {
    async say(...pieces) {
      if (!early && connection.hasMessage()) early = await hearEarly(connection, timeouts);
      if (early) return;
      try {
        await send([...opening, ...pieces]);
        opening = [];
      } catch (error) {
        // clamd closes right after it has said that a stream is too long: its words count, not the broken pipe.
        early = await hearEarly(connection, timeouts).catch(() => undefined);
        if (!early) throw error;
      }
    },
    early: () => early,
  };
}

const hear = async (connection: ClamdConnection, { replyTimeoutMs }: InstreamTimeouts): Promise<ScanReply> =>
  parseScanReply(await connection.receive(replyTimeoutMs));

/** The one thing that may be said of a stream whose end was not sent yet is that it is too long. */
async function hearEarly(connection: ClamdConnection, timeouts: InstreamTimeouts): Promise<ScanReply> {
  const reply = await hear(connection, timeouts);
  if (reply.kind === 'limit') return reply;
  throw new TransientError('scanner', 'clamd judged a stream that had not ended');
}

/** Bounds each write and, together, all the waiting for clamd. */
function createPatientSender(
  connection: ClamdConnection,
  writeTimeoutMs: number,
): (pieces: readonly Uint8Array[]) => Promise<void> {
  let waitedMs = 0;
  let allowedMs = writeTimeoutMs;
  return async (pieces) => {
    const begun = performance.now();
    allowedMs += (pieces.reduce((sum, piece) => sum + piece.length, 0) / MIN_BYTES_PER_SECOND) * 1000;
    await connection.send(pieces, Math.min(writeTimeoutMs, allowedMs - waitedMs));
    waitedMs += performance.now() - begun;
  };
}

function lengthOf(chunk: Uint8Array): Uint8Array {
  const header = Buffer.allocUnsafe(4);
  header.writeUInt32BE(chunk.length);
  return header;
}
