import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { ClamdAddress } from '../../src/adapters/clamav/address.js';

/** How a mock clamd departs from a good one. */
export interface MockBehaviour {
  /** Takes the whole connection over. */
  readonly onConnect?: (socket: Socket) => void;
  /** Called whenever bytes of the stream have come. */
  readonly onStream?: (socket: Socket, receivedBytes: number) => void;
  /** Sent at the end of the stream, exactly, before the connection ends; `null` is silence. @default a good OK */
  readonly reply?: string | null;
  /** What VERSION says from the second time on. @default the same as the first time */
  readonly versionAfter?: string;
}

/** A server that speaks clamd's protocol, badly if wanted. */
export interface MockClamd {
  readonly address: ClamdAddress;
  /** Bytes of the streams, with their framing. */
  receivedBytes(): number;
  /** Connections taken so far. */
  connections(): number;
  stop(): Promise<void>;
}

/** What a mock says of itself. */
const MOCK_VERSION = 'ClamAV 1.4.6/27400/Mon Nov  2 09:10:11 2026';

/** Starts a mock on a free port of 127.0.0.1. */
export async function startMockClamd(behaviour: MockBehaviour = {}): Promise<MockClamd> {
  let receivedBytes = 0;
  let connections = 0;
  let versions = 0;
  const version = (): string => (versions++ > 0 ? behaviour.versionAfter : undefined) ?? MOCK_VERSION;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => undefined));
    if (behaviour.onConnect) behaviour.onConnect(socket);
    else converse(socket, behaviour, version, (count) => (receivedBytes += count));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: { kind: 'tcp', host: '127.0.0.1', port },
    receivedBytes: () => receivedBytes,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function converse(
  socket: Socket,
  behaviour: MockBehaviour,
  version: () => string,
  count: (bytes: number) => number,
): void {
  let pending = Buffer.alloc(0);
  let isStreaming = false;
  socket.on('data', (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    if (!isStreaming) {
      const end = pending.indexOf(0);
      if (end < 0) return;
      isStreaming = pending.subarray(0, end).toString('latin1') === 'zINSTREAM';
      pending = pending.subarray(end + 1);
      if (!isStreaming) return void socket.end(`${version()}\0`);
    }
    behaviour.onStream?.(socket, count(0) + pending.length);
    for (let sizeBytes = frameOf(pending); sizeBytes <= pending.length; sizeBytes = frameOf(pending)) {
      pending = pending.subarray(sizeBytes);
      count(sizeBytes);
      if (sizeBytes === HEADER_BYTES && behaviour.reply !== null) {
        socket.end(behaviour.reply ?? 'stream: OK\0', 'latin1');
      }
    }
  });
}

const HEADER_BYTES = 4;

const frameOf = (pending: Buffer): number =>
  pending.length < HEADER_BYTES ? Infinity : HEADER_BYTES + pending.readUInt32BE();
