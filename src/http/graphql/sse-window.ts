/** How many results of a stream may wait to be written. */
const SIZE = 8;

/** Lets a stream run ahead of its reader by a few results and no more. */
export interface Window {
  /** Waits until there is room for one more result. */
  enter(): Promise<void>;
  /** One result has been written. */
  leave(): void;
}

/** graphql-sse queues all that a source has; the window makes the source wait for the reader. */
export function createWindow(): Window {
  let open = SIZE;
  let wake: (() => void) | undefined;
  return {
    enter: async () => {
      while (open <= 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      open -= 1;
    },
    leave: () => {
      open += 1;
      wake?.();
    },
  };
}
