import type { Helper } from './start-helper.js';
import type { BenchOptions } from './options.js';
import type { Stack } from './stack.js';

/** What every scenario works with. */
export interface Bench {
  readonly options: BenchOptions;
  readonly stack: Stack;
  /** The process that sends. */
  readonly client: Helper;
}

/** Bytes of a MiB, of which sizes are whole numbers. */
export const MIB = 1024 * 1024;
/** Bytes of a GiB, for which CPU time is told. */
export const GIB = 1024 * MIB;
/** Bytes of the MB of rates. */
export const MB = 1_000_000;
