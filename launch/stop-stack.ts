/** What has been started, to be ended in reverse. */
export interface StopStack {
  /** @param rank - higher ones are ended first; equal ones together */
  add(rank: number, stop: () => Promise<void> | void): void;
  /** Ends everything that was added. Never throws. */
  stopAll(): Promise<void>;
}

/** Makes an empty stack. */
export function createStopStack(report: (line: string) => void): StopStack {
  const entries: { rank: number; stop: () => Promise<void> | void }[] = [];
  const stopOne = async (stop: () => Promise<void> | void): Promise<void> => {
    try {
      await stop();
    } catch (error) {
      report(`Something did not end as it should: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    add(rank, stop) {
      entries.push({ rank, stop });
    },
    async stopAll() {
      const ranks = [...new Set(entries.map(({ rank }) => rank))].sort((a, b) => b - a);
      for (const rank of ranks) {
        await Promise.all(entries.filter((entry) => entry.rank === rank).map(({ stop }) => stopOne(stop)));
      }
    },
  };
}
