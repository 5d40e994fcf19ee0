import { TransientError } from '../../domain/errors.js';

/** Most bytes of clamd that may wait to be received; its longest replies have some hundred. */
export const MAX_UNREAD_BYTES = 2048;

/** The messages of clamd, in the order of arrival. */
export interface Inbox {
  /** The next message. Throws `TransientError` when none can come any more. One caller at a time. */
  next(): Promise<string>;
  hasMessage(): boolean;
  /** Resolves when the connection has ended without another byte; throws `TransientError` for one. */
  nothingMore(): Promise<void>;
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
  const mail = createMail();
  const problem = (message: string, cause?: Error): TransientError =>
    new TransientError('scanner', `${where} ${message}`, { cause });
  const more = (): TransientError => problem('said more than its reply');
  return {
    add: (bytes) => mail.add(bytes),
    close: (cause) => mail.close(problem('closed the connection before it answered', cause)),
    hasMessage: () => mail.unread().includes('\0'),
    next: () => new Promise((resolve, reject) => mail.wait({ resolve, reject })),
    nothingMore: () =>
      new Promise((resolve, reject) => {
        const end = (): void => (mail.unread() === '' ? resolve() : reject(more()));
        mail.wait({ resolve: () => reject(more()), reject: end });
      }),
  };
}

interface Mail {
  add(bytes: Buffer): boolean;
  close(failure: TransientError): void;
  wait(waiter: Waiter): void;
  unread(): string;
}

function createMail(): Mail {
  let unread = '';
  let failure: TransientError | undefined;
  let waiter: Waiter | undefined;

  const settle = (): void => {
    const end = unread.indexOf('\0');
    const waiting = waiter;
    if (!waiting || (end < 0 && !failure)) return;
    waiter = undefined;
    if (end < 0) {
      if (failure) waiting.reject(failure);
      return;
    }
    const message = unread.slice(0, end);
    unread = unread.slice(end + 1);
    waiting.resolve(message);
  };
  return {
    add(bytes) {
      // One character for each byte: nothing that clamd sends can turn into another text by decoding.
      unread += bytes.toString('latin1');
      if (unread.length > MAX_UNREAD_BYTES) return false;
      settle();
      return true;
    },
    close(reason) {
      failure ??= reason;
      settle();
    },
    wait(next) {
      waiter = next;
      settle();
    },
    unread: () => unread,
  };
}
