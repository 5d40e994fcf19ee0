/** Recognises what bytes are. */
export interface TypeDetector {
  /** How many bytes from the beginning it wants to see; fewer are enough for a shorter file. */
  readonly sampleBytes: number;
  /** The media type, e.g. `image/png`; `null` when the bytes are of no known kind. Never throws for content. */
  detect(head: Uint8Array): Promise<string | null>;
}
