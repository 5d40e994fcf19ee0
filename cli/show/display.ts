import type { ShownProgress } from './stage.js';

/** What is seen of one upload while it is under way. */
export interface Row {
  update(progress: ShownProgress): void;
  /** @param ending - e.g. `CLEAN` */
  end(ending: string): void;
}

/** What is seen of all uploads while they are under way; written to standard error. */
export interface Display {
  /** Whether nothing else may be written until it is closed. */
  readonly ownsTerminal: boolean;
  open(name: string, sizeBytes: number): Row;
  /** Shows the last state and lets the terminal go. */
  close(): void;
}

/** Shows nothing, for output that a program reads. */
export const silentDisplay: Display = {
  ownsTerminal: false,
  open: () => ({ update: () => undefined, end: () => undefined }),
  close: () => undefined,
};
