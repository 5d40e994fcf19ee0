/**
 * One thing that is done with the bytes of a file while they pass. Each stage has its own bound on what it
 * keeps and on how long it may take.
 */
export interface Stage {
  /**
   * Takes the next chunk, which must be neither changed nor kept. Resolves when the stage can take more. What
   * it throws ends the pass.
   */
  push(chunk: Uint8Array): Promise<void> | void;
  /** Learns that every byte has passed. A check throws at once, so that the stages behind it are spared. */
  end(): Promise<void> | void;
  /** Gives up, also in the middle of a push. Resolves when nothing is left running; never throws. */
  abort?(reason: Error): Promise<void> | void;
}
