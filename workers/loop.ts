import type { Component } from '../src/lifecycle.js';

/**
 * Makes a part of the process out of something that runs until it is told to stop.
 *
 * @param run - must end soon after its signal aborts, and must not throw
 */
export function createLoop(name: string, run: (signal: AbortSignal) => Promise<void>): Component {
  const stopping = new AbortController();
  let running = Promise.resolve();
  return {
    name,
    start() {
      running = run(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
