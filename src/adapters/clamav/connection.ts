import { createConnection, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TransientError } from '../../domain/errors.js';
import { describeAddress, type ClamdAddress } from './address.js';
import { createInbox, MAX_UNREAD_BYTES, type Inbox } from './inbox.js';
import { hearLastWords } from './last-words.js';
import { withDeadline } from '../common/with-deadline.js';

/** A conversation with one clamd. Every failure closes it and is a `TransientError`. */
export interface ClamdConnection {
  /** Resolves when the kernel has taken all the bytes; fails and closes when that takes too long. */
  send(pieces: readonly Uint8Array[], timeoutMs: number): Promise<void>;
  /** The next message, without its NUL; fails and closes when there is none in time. */
  receive(timeoutMs: number): Promise<string>;
  /** Waits, at most so long, for the end of the connection; throws when clamd says anything more meanwhile. */
  receiveNothing(timeoutMs: number): Promise<void>;
  /** Whether clamd has said something that nobody has received yet. */
  hasMessage(): boolean;
  /** Closes at once. Idempotent; whoever still waits gets an error. */
  close(): void;
}

/**
 * Connects to a clamd. The signal closes the connection, also later.
 *
 * @throws TransientError when clamd does not accept in time or the signal aborts
 */
export async function openConnection(
  address: ClamdAddress,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<ClamdConnection> {
  const where = describeAddress(address);
  if (signal?.aborted) throw new TransientError('scanner', `${where} is not needed any more`);
  const inbox = createInbox(where);
  const socket = connectSocket(address, inbox);
  hearLastWords(socket);
  closeOnAbort(socket, signal);
  await withDeadline(connected(socket, where), timeoutMs, () =>
    expire(socket, `${where} accepts no connection`),
  );
  return {
    send: (pieces, limitMs) =>
      withDeadline(flush(socket, where, pieces), limitMs, () =>
        expire(socket, `${where} takes no more bytes`),
      ),
    receive: (limitMs) => withDeadline(inbox.next(), limitMs, () => expire(socket, `${where} is silent`)),
    receiveNothing: (limitMs) =>
      Promise.race([inbox.nothingMore(), delay(limitMs, undefined, { ref: false })]),
    hasMessage: () => inbox.hasMessage(),
    close: () => void socket.destroy(),
  };
}

function connectSocket(address: ClamdAddress, inbox: Inbox): Socket {
  // `onread` hands bytes over also after a write has failed, when a stream of Node keeps them to itself.
  const onread = { buffer: Buffer.alloc(MAX_UNREAD_BYTES), callback: deliver };
  const socket: Socket =
    address.kind === 'tcp'
      ? createConnection({ host: address.host, port: address.port, noDelay: true, onread })
      : createConnection({ path: address.path, onread });
  socket.on('error', (cause) => inbox.close(cause));
  socket.on('close', () => inbox.close());
  return socket;

  function deliver(count: number, buffer: Uint8Array): boolean {
    if (!inbox.add(Buffer.from(buffer.subarray(0, count)))) socket.destroy(new Error('too much was said'));
    return true;
  }
}

function closeOnAbort(socket: Socket, signal: AbortSignal | undefined): void {
  if (!signal) return;
  const close = (): void => void socket.destroy();
  signal.addEventListener('abort', close, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', close));
}

const connected = (socket: Socket, where: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (cause) => reject(unreachable(where, cause)));
    socket.once('close', () => reject(unreachable(where)));
  });

const unreachable = (where: string, cause?: Error): TransientError =>
  new TransientError('scanner', `${where} cannot be reached`, { cause });

/** Writes the pieces as one, so that header and chunk share a segment; the last callback means all are out. */
const flush = (socket: Socket, where: string, pieces: readonly Uint8Array[]): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.cork();
    for (const piece of pieces.slice(0, -1)) socket.write(piece);
    socket.write(pieces.at(-1) ?? '', (cause) => {
      if (cause) reject(new TransientError('scanner', `${where} closed the stream`, { cause }));
      else resolve();
    });
    socket.uncork();
  });

function expire(socket: Socket, message: string): TransientError {
  const error = new TransientError('scanner', message);
  socket.destroy(error);
  return error;
}
