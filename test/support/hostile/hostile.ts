/** A file that must not become CLEAN, and why not. */
export interface Hostile {
  readonly what: string;
  readonly name: string;
  readonly make: () => Buffer;
  /** One of the findings. */
  readonly code: string;
  /** Its path within the file, where the test says where. */
  readonly path?: string;
  /** Whether the scanner, which goes on to the end of its own limits, takes long over it. */
  readonly isDear?: boolean;
}
