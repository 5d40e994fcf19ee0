import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Calls back once, when a response or a connection is over: it was finished, or its client is gone. A client may go while
 * its request is still being looked at, and nothing is heard of that afterwards: then it calls back at once.
 */
export function onceOver(raw: ServerResponse | Socket, over: () => void): void {
  if (raw.destroyed || raw.closed) over();
  else raw.once('close', over);
}
