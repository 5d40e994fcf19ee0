/** Works on each item while the next one is being made; never on two at a time. */
export async function eachOverlapping<T>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let running: Promise<void> = Promise.resolve();
  try {
    for await (const item of items) {
      await running;
      running = work(item);
      // Waited for below; until then its failure must not count as unhandled.
      running.catch(() => undefined);
    }
  } finally {
    await running;
  }
}
