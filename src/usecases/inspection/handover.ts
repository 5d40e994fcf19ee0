/** Chunks that go from one hand to another, without a buffer between them. */
export interface Handover {
  /** What the taker reads. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Offers a chunk. Resolves when the taker asks for the next one, and throws once there is no taker any more. */
  offer(chunk: Uint8Array): Promise<void>;
  /** Says that no chunk comes any more; the taker sees the end. */
  end(): void;
  /** Lets nobody wait any more: an offer that is under way, or comes later, fails with this. Idempotent. */
  fail(error: Error): void;
}

interface Offer {
  readonly chunk: Uint8Array;
  readonly taken: PromiseWithResolvers<void>;
}

/** Hands over one chunk at a time, so that its memory can be used again when the offer has resolved. */
export function createHandover(): Handover {
  let next = Promise.withResolvers<Offer | undefined>();
  let current: Offer | undefined;
  let failure: Error | undefined;
  return {
    chunks: take(),
    async offer(chunk) {
      if (failure) throw failure;
      current = { chunk, taken: Promise.withResolvers() };
      next.resolve(current);
      await current.taken.promise;
    },
    end: () => {
      next.resolve(undefined);
    },
    fail(error) {
      failure ??= error;
      current?.taken.reject(failure);
      next.resolve(undefined);
    },
  };

  async function* take(): AsyncGenerator<Uint8Array, undefined> {
    for (;;) {
      const offer = await next.promise;
      if (!offer || failure) return;
      next = Promise.withResolvers();
      yield offer.chunk;
      offer.taken.resolve();
    }
  }
}
