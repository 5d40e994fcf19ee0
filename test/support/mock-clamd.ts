import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { ClamdAddress } from '../../src/adapters/clamav/address.js';
import { answerSample, isSample, type MockSettings } from './mock-clamd-samples.js';

/** How a mock clamd departs from a good one. */
export interface MockBehaviour {
  /** Takes the whole connection over. */
  readonly onConnect?: (socket: Socket) => void;
  /** Called whenever bytes of a stream have come that is no sample of a self-test. */
  readonly onStream?: (socket: Socket, receivedBytes: number) => void;
  /** Sent at the end of such a stream, exactly, before the connection ends; `null` is silence. @default a good OK */
  readonly reply?: string | null;
  /** Takes over what is sent at the end of such a stream. */
  readonly onReply?: (socket: Socket) => void;
  /** What VERSION says; may change. @default a good engine with definitions of today */
  version?: string;
  /** What it says once a stream has come that is no sample. @default the same */
  readonly versionAfter?: string;
  /** What PING is answered with. @default PONG */
  readonly pong?: string;
  /** How it is configured, which its self-test brings to light. May change. */
  readonly settings?: Partial<MockSettings>;
}

/** A server that speaks clamd's protocol, badly if wanted. */
export interface MockClamd {
  readonly address: ClamdAddress;
  /** Bytes of streams that were no samples, with their framing. */
  receivedBytes(): number;
  /** Connections taken so far. */
  connections(): number;
  /** Streams that were no samples. */
  streams(): number;
  /** Ends all connections and takes none. */
  stop(): Promise<void>;
  /** Takes connections again, on the same port. */
  restart(): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** What a clamd says whose definitions were built some time ago. */
export function versionOf(ageMs = 3 * HOUR_MS, definitions = 27_400): string {
  const builtAt = new Date(Date.now() - ageMs);
  const [weekday, day, month, year, time] = builtAt.toUTCString().replace(',', '').split(' ');
  const date = `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
  return `ClamAV 1.4.6/${definitions}/${date}`;
}

/** Starts a mock on a free port of 127.0.0.1. */
export async function startMockClamd(behaviour: MockBehaviour = {}): Promise<MockClamd> {
  const counts = { receivedBytes: 0, connections: 0, streams: 0 };
  const good = versionOf();
  const version = (): string =>
    (counts.streams > 0 ? behaviour.versionAfter : undefined) ?? behaviour.version ?? good;
  const talk: Talk = { behaviour, version, counts };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    counts.connections += 1;
    sockets.add(socket.on('error', () => undefined));
    socket.once('close', () => sockets.delete(socket));
    if (behaviour.onConnect) behaviour.onConnect(socket);
    else converse(socket, talk);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    address: { kind: 'tcp', host: '127.0.0.1', port },
    receivedBytes: () => counts.receivedBytes,
    connections: () => counts.connections,
    streams: () => counts.streams,
    restart: () => listen(port),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Talk {
  readonly behaviour: MockBehaviour;
  readonly version: () => string;
  readonly counts: { receivedBytes: number; connections: number; streams: number };
}

function converse(socket: Socket, talk: Talk): void {
  let begun = Buffer.alloc(0);
  const hear = (bytes: Buffer): void => {
    begun = Buffer.concat([begun, bytes]);
    const end = begun.indexOf(0);
    if (end < 0) return;
    const rest = begun.subarray(end + 1);
    const command = begun.subarray(0, end).toString('latin1');
    if (command === 'zPING') return void socket.end(`${talk.behaviour.pong ?? 'PONG'}\0`);
    if (command !== 'zINSTREAM') return void socket.end(`${talk.version()}\0`);
    if (rest.length < HEADER_BYTES) return;
    const chunkBytes = rest.readUInt32BE();
    if (chunkBytes > LARGEST_CHUNK_BYTES) return void socket.end(TOO_LONG);
    // Whether a stream is a sample shows in its first bytes.
    if (rest.length < HEADER_BYTES + Math.min(chunkBytes, SIGNATURE_BYTES)) return;
    socket.off('data', hear);
    const receive = isSample(rest.subarray(HEADER_BYTES))
      ? takeSample(socket, talk.behaviour)
      : takeStream(socket, talk);
    socket.on('data', receive);
    receive(rest);
  };
  socket.on('data', hear);
}

function takeSample(socket: Socket, { settings = {} }: MockBehaviour): (bytes: Buffer) => void {
  let sample = Buffer.alloc(0);
  return (bytes) => {
    sample = Buffer.concat([sample, bytes]);
    if (frameOf(sample) + HEADER_BYTES > sample.length) return;
    socket.end(`${answerSample(sample.subarray(HEADER_BYTES), settings)}\0`);
  };
}

function takeStream(socket: Socket, { behaviour, counts }: Talk): (bytes: Buffer) => void {
  let pending = Buffer.alloc(0);
  let isCounted = false;
  const reply = behaviour.reply === undefined ? 'stream: OK\0' : behaviour.reply;
  return (bytes) => {
    if (!isCounted) counts.streams += 1;
    isCounted = true;
    pending = Buffer.concat([pending, bytes]);
    behaviour.onStream?.(socket, counts.receivedBytes + pending.length);
    for (let sizeBytes = frameOf(pending); sizeBytes <= pending.length; sizeBytes = frameOf(pending)) {
      pending = pending.subarray(sizeBytes);
      counts.receivedBytes += sizeBytes;
      if (sizeBytes > HEADER_BYTES) continue;
      if (behaviour.onReply) behaviour.onReply(socket);
      else if (reply !== null) socket.end(reply, 'latin1');
    }
  };
}

const HEADER_BYTES = 4;
const SIGNATURE_BYTES = 4;
const LARGEST_CHUNK_BYTES = 2 ** 31 - 1;
const TOO_LONG = 'INSTREAM size limit exceeded. ERROR\0';

const frameOf = (pending: Buffer): number =>
  pending.length < HEADER_BYTES ? Infinity : HEADER_BYTES + pending.readUInt32BE();
