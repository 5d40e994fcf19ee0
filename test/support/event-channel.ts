/** A stream that a test feeds by hand. */
export interface EventChannel<T> {
  push(event: T): void;
  fail(error: Error): void;
  end(): void;
  /** Streams that are open at the moment. */
  readonly readers: number;
  /** Events that readers have taken. */
  readonly delivered: number;
  open(signal: AbortSignal): AsyncGenerator<T>;
}

type Entry<T> = { readonly event: T } | { readonly error: Error } | { readonly end: true };

/** Makes a stream that a test feeds by hand and whose readers can be counted. */
export function createEventChannel<T>(): EventChannel<T> {
  const entries: Entry<T>[] = [];
  const wakes = new Set<() => void>();
  let readers = 0;
  let delivered = 0;
  const add = (entry: Entry<T>): void => {
    entries.push(entry);
    for (const wake of wakes) wake();
  };
  async function* read(signal: AbortSignal, from: number): AsyncGenerator<T> {
    readers += 1;
    try {
      for (let position = from; !signal.aborted; position += 1) {
        while (position >= entries.length) {
          if ((await changed(signal)) === 'over') return;
        }
        const entry = entries[position];
        if (!entry || 'end' in entry) return;
        if ('error' in entry) throw entry.error;
        delivered += 1;
        yield entry.event;
      }
    } finally {
      readers -= 1;
    }
  }
  const changed = (signal: AbortSignal): Promise<'more' | 'over'> =>
    new Promise((resolve) => {
      const wake = (): void => {
        wakes.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve(signal.aborted ? 'over' : 'more');
      };
      wakes.add(wake);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  return {
    push: (event) => {
      add({ event });
    },
    fail: (error) => {
      add({ error });
    },
    end: () => {
      add({ end: true });
    },
    get readers() {
      return readers;
    },
    get delivered() {
      return delivered;
    },
    open: (signal) => read(signal, entries.length),
  };
}
