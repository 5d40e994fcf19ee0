import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createMemoryJobQueue } from '../support/memory-job-queue.js';
import { openInspectionQueue } from '../support/open-inspection-queue.js';
import { describeJobQueue } from './job-queue.js';

describeJobQueue('in memory', () => {
  const queue = createMemoryJobQueue();
  return Promise.resolve({ queue, work: queue.work, close: () => Promise.resolve() });
});

describeJobQueue('bullmq', async () => {
  const { queue, work, close } = await openInspectionQueue(inject('services').redisUrl, randomUUID());
  return { queue, work: (handler) => void work(handler), close };
});
