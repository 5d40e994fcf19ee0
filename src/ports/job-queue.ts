import type { Correlation } from '../domain/actor.js';
import type { FileId, TenantId } from '../domain/ids.js';
import type { JobPriority } from '../domain/job-priority.js';

/** The request to inspect a file. A hint: the worker reads everything else from the database. */
export interface InspectionJob extends Correlation {
  readonly tenantId: TenantId;
  readonly fileId: FileId;
  /**
   * Inspections begun before this one; makes the job's identity together with the file. Of MAINTENANCE the inspection
   * that sealed the copy which is to be examined again: the two name it, see `vaultKeyOf`.
   */
  readonly attempt: number;
  readonly priority: JobPriority;
  /** Of the bytes that will be read; absent in a job from before this was told. Only weighs the job against others. */
  readonly sizeBytes?: number;
}

/** Hands work to the workers. At least once, in no certain order, and possibly lost: the sweeper repeats it. */
export interface JobQueue {
  /** Asks for an inspection. Idempotent while the same job waits or runs. Throws `TransientError`. */
  enqueueInspection(job: InspectionJob): Promise<void>;
}
