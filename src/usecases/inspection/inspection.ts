import type { DeadLetterCause } from '../../domain/dead-letter.js';
import type { File, Part } from '../../domain/file.js';
import type { RetryLimits } from '../../domain/retry.js';
import type { Verdict } from '../../domain/verdict.js';
import type { Clock } from '../../ports/clock.js';
import type { StoredContent } from '../../ports/contents.js';
import type { ContentHints } from '../../ports/content-hints.js';
import type { Digester } from '../../ports/digester.js';
import type { EventBus } from '../../ports/event-bus.js';
import type { FileStore, TenantScope } from '../../ports/file-store.js';
import type { ObjectStore } from '../../ports/object-store.js';
import type { QuarantineArea } from '../../ports/quarantine-area.js';
import type { Scanner } from '../../ports/scanner.js';
import type { StructureAnalyser } from '../../ports/structure-analyser.js';
import type { TypeDetector } from '../../ports/type-detector.js';

/** How inspections are bounded. */
export interface InspectionSettings extends RetryLimits {
  /** How long a worker may be silent before another may begin. */
  readonly leaseMs: number;
  /** Longest wait for the next staged bytes, in milliseconds. @default 30000 */
  readonly stallMs?: number;
}

/** What inspecting needs. */
export interface InspectFileDeps {
  readonly files: FileStore;
  readonly objects: ObjectStore & QuarantineArea;
  /** How long infected content is kept, in milliseconds. */
  readonly retentionMs: number;
  readonly scanner: Scanner;
  readonly analyser: StructureAnalyser;
  readonly types: TypeDetector;
  readonly digests: Digester;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly hints: ContentHints;
  /** Is told how many bytes were not stored a second time. */
  readonly onShared?: ((sizeBytes: number) => void) | undefined;
  /** Is told how many bytes were not scanned a second time. */
  readonly onKnown?: ((sizeBytes: number) => void) | undefined;
  readonly settings: InspectionSettings;
}

/** One attempt that has begun. */
export interface Inspection {
  readonly deps: InspectFileDeps;
  readonly scope: TenantScope;
  /** As `beginInspection` returned it: its attempt is the fencing token of every later write. */
  readonly file: File;
  /** Attempts since the file was completed or replayed, this one included and those that were interrupted left out. */
  readonly tries: number;
  /** Whether the analysis has used up its time in an attempt before, since then. */
  readonly hadOvertime: boolean;
  /** Its ledger, ascending. Final: a file that is inspected takes no parts. */
  readonly parts: readonly Part[];
  readonly sizeBytes: number;
  /** The stored content that the file probably is. */
  readonly expected?: StoredContent | undefined;
  /** Where this attempt, and no other, writes its sealed copy. */
  readonly sealedKey: string;
}

/** How an attempt ended. */
export type InspectionEnd =
  | {
      readonly kind: 'decided';
      readonly verdict: Verdict;
      /** Where the file was given up: why, and what the last attempt failed with. */
      readonly givenUp?: { readonly cause: DeadLetterCause; readonly error: unknown };
    }
  /** It failed, or was interrupted (`delayMs` is zero then), and comes again. `attempt` is the one that ended. */
  | {
      readonly kind: 'postponed';
      readonly attempt: number;
      readonly delayMs: number;
      readonly cause: unknown;
    }
  /** Another attempt took over; this one left nothing behind. */
  | { readonly kind: 'fenced' };
