import { JOB_PRIORITIES } from '../../src/domain/job-priority.js';
import type { InspectionJob, JobQueue } from '../../src/ports/job-queue.js';

/** A queue within one process, whose jobs are run one after the other. */
export interface MemoryJobQueue extends JobQueue {
  /** Runs what waits and what comes; until then jobs only wait. What the handler throws fails its job alone. */
  readonly work: (handler: (job: InspectionJob) => Promise<void>) => void;
  /** Jobs that wait, in the order in which they will run. */
  waiting(): readonly InspectionJob[];
}

/** Makes an empty queue. */
export function createMemoryJobQueue(): MemoryJobQueue {
  const known = new Set<string>();
  let waiting: InspectionJob[] = [];
  let handle: ((job: InspectionJob) => Promise<void>) | undefined;
  let isRunning = false;

  const run = async (): Promise<void> => {
    if (isRunning || !handle) return;
    isRunning = true;
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      await handle(job).catch(() => undefined);
      known.delete(idOf(job));
    }
    isRunning = false;
  };

  const admit = (job: InspectionJob): void => {
    waiting = [...waiting, job].sort((a, b) => rankOf(a) - rankOf(b));
    setImmediate(() => void run());
  };

  return {
    enqueueInspection(job) {
      if (known.has(idOf(job))) return Promise.resolve();
      known.add(idOf(job));
      admit(job);
      return Promise.resolve();
    },
    work(handler) {
      handle = handler;
      void run();
    },
    waiting: () => waiting,
  };
}

const idOf = ({ fileId, attempt }: InspectionJob): string => `${fileId}-${String(attempt)}`;
const rankOf = ({ priority }: InspectionJob): number => JOB_PRIORITIES.indexOf(priority);
