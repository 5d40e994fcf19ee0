import type { FileState } from './file-state.js';
import type { File } from './file.js';

/** One change of state, as it stands in a tenant's history. */
export interface FileEvent {
  /** Position in the tenant's history: 1, 2, 3 ... without gaps. */
  readonly sequence: number;
  readonly from: FileState | null;
  readonly to: FileState;
  /** The file as that change left it. */
  readonly file: File;
  readonly occurredAt: Date;
  readonly correlationId: string;
  /** W3C trace context of the change, so that delivery joins the same trace. */
  readonly traceparent: string | null;
}
