/** What of a process is asked and replaced. */
type Asked = Pick<NodeJS.Process, 'memoryUsage'>;

/**
 * Lets a process that cannot tell its memory tell what it had last. To ask takes a descriptor, and libraries ask in timers
 * of theirs, where an error ends the process: a moment without descriptors would cost every upload that is under way.
 */
export function letMemoryUsageLast(asked: Asked = process): void {
  const ask = asked.memoryUsage;
  let last = ask();
  const lasting = (): NodeJS.MemoryUsage => {
    try {
      last = ask();
    } catch {
      // As of a moment ago is near enough.
    }
    return last;
  };
  asked.memoryUsage = Object.assign(lasting, { rss: () => lasting().rss });
}
