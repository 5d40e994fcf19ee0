import type { Socket } from 'node:net';

/** How long a clamd that takes no more bytes may still be read. */
const LAST_WORDS_MS = 250;

/**
 * Keeps a socket open for reading a little while after a write has failed. clamd says that a stream is too
 * long and closes in one go; a socket of Node that meets the broken pipe first is destroyed at once, and the
 * answer that the kernel already holds is lost with it (in up to half of the cases over a unix socket).
 */
export function hearLastWords(socket: Socket): void {
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    if (!isBrokenPipe(error)) return destroy(error);
    const timer = setTimeout(() => destroy(error), LAST_WORDS_MS);
    socket.once('end', () => destroy(error));
    socket.once('close', () => clearTimeout(timer));
    return socket;
  };
}

const isBrokenPipe = (error: Error | undefined): boolean =>
  error !== undefined && 'syscall' in error && error.syscall === 'write';
