/**
 * Waits for all of several starts, also when one of them fails: what the others have begun must be known
 * before it can be ended.
 *
 * @param onFailure - called at the first failure with its message, to hurry the others
 * @throws the first failure
 */
export async function together<const T extends readonly Promise<unknown>[]>(
  starts: T,
  onFailure: (message: string) => void,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const failures: unknown[] = [];
  const watched = starts.map((start) =>
    start.catch((error: unknown) => {
      failures.push(error);
      onFailure(error instanceof Error ? error.message : String(error));
    }),
  );
  await Promise.all(watched);
  if (failures.length > 0) throw failures[0];
  return Promise.all(starts);
}
