import { afterEach, describe, expect, it, vi } from 'vitest';
import type { InspectionJob, JobQueue } from '../../src/ports/job-queue.js';
import { makeJob } from '../support/make-job.js';

/** A queue and whoever works on it, one job at a time. */
export interface JobQueueHarness {
  readonly queue: JobQueue;
  /** Begins to run jobs. What the handler throws fails its job. */
  readonly work: (handler: (job: InspectionJob) => Promise<void>) => void;
  readonly close: () => Promise<void>;
}

/** What every job queue keeps to. */
export function describeJobQueue(name: string, open: () => Promise<JobQueueHarness>): void {
  describe(`job queue: ${name}`, () => {
    let harness: JobQueueHarness | undefined;
    const start = async (): Promise<JobQueueHarness> => (harness = await open());
    afterEach(() => harness?.close());

    it('hands a job to a worker with everything in it', async () => {
      const { queue, work } = await start();
      const done: InspectionJob[] = [];
      const job = makeJob({ attempt: 3, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
      await queue.enqueueInspection(job);
      work(async (taken) => void done.push(taken));
      await vi.waitFor(() => expect(done).toEqual([job]));
    });

    it('runs a job once that was asked for several times while it waited or ran', async () => {
      const { queue, work } = await start();
      const [job, last] = [makeJob(), makeJob()];
      const done: string[] = [];
      await Promise.all([queue.enqueueInspection(job), queue.enqueueInspection(job)]);
      work(async ({ fileId }) => {
        done.push(fileId);
        if (fileId === job.fileId) {
          await queue.enqueueInspection(job).then(() => queue.enqueueInspection(last));
        }
      });
      await vi.waitFor(() => expect(done).toContain(last.fileId));
      expect(done).toEqual([job.fileId, last.fileId]);
    });

    it('runs a job again that is asked for after it was done', async () => {
      const { queue, work } = await start();
      const job = makeJob();
      const run = vi.fn(async () => undefined);
      work(run);
      await queue.enqueueInspection(job);
      await vi.waitFor(() => expect(run).toHaveBeenCalledTimes(1));
      await vi.waitFor(async () => {
        await queue.enqueueInspection(job);
        expect(run.mock.calls.length).toBeGreaterThan(1);
      });
    });

    it('runs a job again that is asked for after it failed, and goes on with the others', async () => {
      const { queue, work } = await start();
      const [bad, good] = [makeJob(), makeJob()];
      const seen: string[] = [];
      work(async ({ fileId }) => {
        seen.push(fileId);
        if (fileId === bad.fileId) throw new Error('This one fails.');
      });
      await queue.enqueueInspection(bad);
      await queue.enqueueInspection(good);
      await vi.waitFor(() => expect(seen).toEqual([bad.fileId, good.fileId]));
      await vi.waitFor(async () => {
        await queue.enqueueInspection(bad);
        expect(seen.filter((id) => id === bad.fileId).length).toBeGreaterThan(1);
      });
    });

    it('takes interactive work before bulk, bulk before maintenance, and each in order', async () => {
      const { queue, work } = await start();
      const bulk = [makeJob({ priority: 'BULK' }), makeJob({ priority: 'BULK' })];
      const interactive = [makeJob(), makeJob(), makeJob()];
      const maintenance = [makeJob({ priority: 'MAINTENANCE' }), makeJob({ priority: 'MAINTENANCE' })];
      for (const job of [...maintenance, ...bulk, ...interactive]) await queue.enqueueInspection(job);
      const done: string[] = [];
      work(async ({ fileId }) => void done.push(fileId));
      await vi.waitFor(() =>
        expect(done).toEqual([...interactive, ...bulk, ...maintenance].map((job) => job.fileId)),
      );
    });

    it('takes another attempt at the same file for another job', async () => {
      const { queue, work } = await start();
      const job = makeJob();
      const attempts: number[] = [];
      await queue.enqueueInspection(job);
      await queue.enqueueInspection({ ...job, attempt: 1 });
      work(async ({ attempt }) => void attempts.push(attempt));
      await vi.waitFor(() => expect(attempts).toEqual([0, 1]));
    });
  });
}
