import { TransientError } from '../../domain/errors.js';

/** Most bytes of clamd that may wait to be received; its longest replies have some hundred. */
export const MAX_UNREAD_BYTES = 2048;

/** The messages of clamd, in the order of arrival. */
export interface Inbox {
  /** The next message. Throws `TransientError` when none can come any more. One caller at a time. */
  next(): Promise<string>;
  hasMessage(): boolean;
  /** Takes what a socket has received; false when that is more than clamd was asked for. */
  add(bytes: Buffer): boolean;
  /** Says that nothing more comes. Idempotent. */
  close(cause?: Error): void;
}

interface Waiter {
  readonly resolve: (message: string) => void;
  readonly reject: (error: TransientError) => void;
}

/**
 * Splits what is received at NUL bytes. Bounded: a clamd that says more than it was asked for is cut
 * off. A message that was cut off by the end of the connection is none.
 */
export function createInbox(where: string): Inbox {
  let unread = '';
  let failure: TransientError | undefined;
  let waiter: Waiter | undefined;

  const take = (): string | undefined => {
    const end = unread.indexOf('\0');
    if (end < 0) return undefined;
    const message = unread.slice(0, end);
    unread = unread.slice(end + 1);
    return message;
  };
  const settle = (): void => {
    const message = waiter && take();
    if (message !== undefined) waiter?.resolve(message);
    else if (failure) waiter?.reject(failure);
    else return;
    waiter = undefined;
  };

  return {
    add(bytes) {
      // One character for each byte: nothing that clamd sends can turn into another text by decoding.
      unread += bytes.toString('latin1');
      if (unread.length > MAX_UNREAD_BYTES) return false;
      settle();
      return true;
    },
    close(cause) {
      failure ??= new TransientError('scanner', `${where} closed the connection before it answered`, {
        cause,
      });
      settle();
    },
    hasMessage: () => unread.includes('\0'),
    next: () =>
      new Promise((resolve, reject) => {
        waiter = { resolve, reject };
        settle();
      }),
  };
}
