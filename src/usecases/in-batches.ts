/**
 * Gathers what comes one by one: up to so many at a time, and those of different groups apart.
 *
 * @param groupOf - changes where a batch has to end
 */
export async function* inBatches<T>(
  items: AsyncIterable<T>,
  maxItems: number,
  groupOf: (item: T) => unknown,
): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  let group: unknown;
  for await (const item of items) {
    const own = groupOf(item);
    if (batch.length >= maxItems || (batch.length > 0 && own !== group)) {
      yield batch;
      batch = [];
    }
    group = own;
    batch.push(item);
  }
  if (batch.length > 0) yield batch;
}
