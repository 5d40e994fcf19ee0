/** Bounds how many bytes are worked on at the same time, in one process. */
export interface ByteBudget {
  /**
   * Waits until there is room for so many bytes. The room is given in the order in which it is asked for, so that small
   * files never keep a large one waiting for ever; what is larger than the bound has it all, and runs alone.
   *
   * @param sizeBytes - what is not known counts as the whole bound
   * @returns gives the room back, once; `undefined` when the signal aborts or the budget is closed before there is room
   */
  take(sizeBytes: number | undefined, signal: AbortSignal): Promise<(() => void) | undefined>;
  /** Bytes for which room is given; never more than the bound. */
  heldBytes(): number;
  /** Gives no more room, also not to those that wait. What is held stays so until it is given back. */
  close(): void;
}

interface Waiter {
  readonly weight: number;
  readonly answer: (isGiven: boolean) => void;
}

/** Makes a budget of so many bytes. Whoever waits is bounded by whoever asks: a worker asks for its jobs alone. */
export function createByteBudget(maxBytes: number): ByteBudget {
  const room = createRoom(maxBytes);
  let isClosed = false;
  return {
    take: async (sizeBytes = maxBytes, signal) => {
      if (isClosed || signal.aborted) return undefined;
      const { promise, resolve: answer } = Promise.withResolvers<boolean>();
      const waiter: Waiter = { weight: Math.min(sizeBytes, maxBytes), answer };
      const leave = (): void => room.leave(waiter);
      signal.addEventListener('abort', leave, { once: true });
      room.enter(waiter);
      const isGiven = await promise;
      signal.removeEventListener('abort', leave);
      return isGiven ? room.giverBack(waiter) : undefined;
    },
    heldBytes: () => room.heldBytes(),
    close: () => {
      isClosed = true;
      room.empty();
    },
  };
}

/** Who is in, and who waits, in the order of asking. */
function createRoom(maxBytes: number) {
  let heldBytes = 0;
  const waiting: Waiter[] = [];
  const admit = (): void => {
    for (let next = waiting[0]; next && heldBytes + next.weight <= maxBytes; next = waiting[0]) {
      waiting.shift();
      heldBytes += next.weight;
      next.answer(true);
    }
  };
  return {
    heldBytes: () => heldBytes,
    enter: (waiter: Waiter): void => {
      waiting.push(waiter);
      admit();
    },
    leave: (waiter: Waiter): void => {
      const place = waiting.indexOf(waiter);
      if (place < 0) return;
      waiting.splice(place, 1);
      waiter.answer(false);
      // Whoever came behind it may fit now.
      admit();
    },
    giverBack: ({ weight }: Waiter): (() => void) => {
      let isHeld = true;
      return () => {
        if (isHeld) heldBytes -= weight;
        isHeld = false;
        admit();
      };
    },
    empty: (): void => {
      for (const { answer } of waiting.splice(0)) answer(false);
    },
  };
}
