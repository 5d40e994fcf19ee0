import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { ClamdAddress } from '../../src/adapters/clamav/address.js';

/** How a mock clamd departs from a good one. */
export interface MockBehaviour {
  /** Takes the whole connection over. */
  readonly onConnect?: (socket: Socket) => void;
  /** Called whenever bytes of the stream have come. */
  readonly onStream?: (socket: Socket, receivedBytes: number) => void;
  /** Sent at the end of the stream, exactly; `null` is silence. @default a good OK */
  readonly reply?: string | null;
  /** What the second VERSION says. @default the same as the first */
  readonly versionAfter?: string;
}

/** A server that speaks clamd's sessions, badly if wanted. */
export interface MockClamd {
  readonly address: ClamdAddress;
  /** Bytes of the streams, with their framing. */
  receivedBytes(): number;
  /** Connections taken so far. */
  connections(): number;
  stop(): Promise<void>;
}

/** What a mock says of itself. */
export const MOCK_VERSION = 'ClamAV 1.4.6/27400/Mon Nov  2 09:10:11 2026';

/** Starts a mock on a free port of 127.0.0.1. */
export async function startMockClamd(behaviour: MockBehaviour = {}): Promise<MockClamd> {
  let receivedBytes = 0;
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => undefined));
    if (behaviour.onConnect) behaviour.onConnect(socket);
    else converse(socket, behaviour, (count) => (receivedBytes += count));
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

function converse(socket: Socket, behaviour: MockBehaviour, count: (bytes: number) => number): void {
  let pending = Buffer.alloc(0);
  let isStreaming = false;
  let number = 0;
  socket.on('data', (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (;;) {
      if (isStreaming) {
        behaviour.onStream?.(socket, count(0) + pending.length);
        if (pending.length < 4) return;
        const sizeBytes = 4 + pending.readUInt32BE();
        if (pending.length < sizeBytes) return;
        pending = pending.subarray(sizeBytes);
        count(sizeBytes);
        if (sizeBytes > 4) continue;
        isStreaming = false;
        if (behaviour.reply !== null) socket.write(behaviour.reply ?? '2: stream: OK\0', 'latin1');
      } else {
        const end = pending.indexOf(0);
        if (end < 0) return;
        const command = pending.subarray(0, end).toString('latin1');
        pending = pending.subarray(end + 1);
        if (command === 'zIDSESSION') continue;
        number += 1;
        if (command === 'zINSTREAM') isStreaming = true;
        else socket.write(`${String(number)}: ${version(behaviour, number)}\0`);
      }
    }
  });
}

const version = (behaviour: MockBehaviour, number: number): string =>
  number > 1 ? (behaviour.versionAfter ?? MOCK_VERSION) : MOCK_VERSION;
