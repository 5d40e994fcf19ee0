import type { StructureReport } from '../domain/verdict.js';

/** What is known of a file before its bytes are. */
export interface FileLabel {
  readonly name: string;
  /** The media type as the sender declared it; `null` where nothing was. */
  readonly declaredType: string | null;
  readonly sizeBytes: number;
}

/** One file on its way through the analysis. Exactly one of `finish` and `abort` ends it. */
export interface StructureSession {
  /**
   * Resolves when the analyser can take more; the chunk may then be used for something else. Throws
   * `TransientError` when the analyser stalls or ends, and `OvertimeError` when it has worked on the file for longer than
   * it may. Bytes that the analysis does not need are dropped at once.
   */
  write(chunk: Uint8Array): Promise<void> | void;
  /**
   * Waits until what was written so far has been looked at. Resolves with whether it must be kept from a scanner, which
   * would hardly come to its end. Throws as `write` does.
   */
  isTooMuch(): Promise<boolean>;
  /**
   * Says that every byte was written, and waits for the report. Throws as `write` does, and `TransientError` for a report
   * that keeps to no form: what an analyser says is as little trusted as the bytes that it has read.
   */
  finish(): Promise<StructureReport>;
  /** Gives the file up. Never throws. */
  abort(): void;
}

/** Which measures keep the analysis apart from everything else, and which could not be taken. */
export interface Confinement {
  readonly inForce: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Looks at how files are made: what their bytes are, what lies in them, and what they would do when they are
 * opened. The parsers run where they can harm nobody: a file that ends one ends nothing else. Sessions are
 * independent of each other; a file may be analysed again, with the same outcome.
 */
export interface StructureAnalyser {
  /** Opens a session; waits for a free analyser. Throws `TransientError` when none becomes free in time. */
  begin(label: FileLabel, signal?: AbortSignal): Promise<StructureSession>;
}

/** The same with the life of a process, for whoever composes it. */
export interface RunningAnalyser extends StructureAnalyser {
  /**
   * Finds out what can be put in force, and starts the analysers. Resolves when the first one is ready.
   *
   * @throws PermanentError when something essential is missing and was not waived
   */
  start(): Promise<void>;
  /** Resolves with what is in force; throws `TransientError` while no analyser is ready. */
  check(): Promise<Confinement>;
  /** Ends all of them. Sessions that are open fail. */
  close(): Promise<void>;
}
