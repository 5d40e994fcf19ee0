import { describe, expect, it } from 'vitest';
import { TransientError } from '../../../src/domain/errors.js';
import type { File } from '../../../src/domain/file.js';
import type { FileId } from '../../../src/domain/ids.js';
import type { Backlog } from '../../../src/ports/backlog.js';
import type { FileStore, FileTransaction } from '../../../src/ports/file-store.js';
import type { InspectionJob } from '../../../src/ports/job-queue.js';
import type { ObjectStore } from '../../../src/ports/object-store.js';
import type { QuarantineArea } from '../../../src/ports/quarantine-area.js';
import { sweep } from '../../../src/usecases/sweep.js';
import { makeFile } from '../../support/make-file.js';
import { makeFileId, makeJob, makeTenantId } from '../../support/make-job.js';
import { createMemoryEventBus } from '../../support/memory-event-bus.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const PAST = new Date('2026-03-01T11:59:59.999Z');
const FUTURE = new Date('2026-03-01T12:00:00.001Z');
const DONE = { done: 0, failed: 0 };
const running = new AbortController().signal;

/** A world of files, with everything that was done to it. */
const world = (
  files: File[],
  faults: { readonly brokenFile?: FileId; readonly isStoreDown?: boolean } = {},
) => {
  const rows = new Map(files.map((file) => [file.id, file]));
  const removed: string[] = [];
  const cleaned: FileId[] = [];
  const jobs: InspectionJob[] = [];
  const subjects = new Set<string>();
  let now = NOW;
  const find = async (id: FileId): Promise<File | undefined> => {
    if (id === faults.brokenFile) throw new TransientError('postgres', 'This row cannot be read.');
    return rows.get(id);
  };
  const tx = {
    find,
    findForUpdate: find,
    change: async (_before: File, after: File) => {
      rows.set(after.id, after);
      return 'written' as const;
    },
    fragments: async () => [],
    contentKeys: async () => new Set<string>(),
    hasOpenDeadLetter: async () => false,
    unreferencedKeys: async () => [],
    forgetContents: async () => undefined,
    sagaSteps: async () => [],
    logSteps: async () => undefined,
    markStagedRemoved: async (id: FileId) => void cleaned.push(id),
  } as Partial<FileTransaction> as FileTransaction;
  const objects = {
    abortUpload: async ({ handle }) => void removed.push(`upload ${handle}`),
    remove: async ({ area, key }) => {
      if (faults.isStoreDown) throw new TransientError('object-store', 'The store is down.');
      removed.push(`${area} ${key}`);
    },
  } as Partial<ObjectStore & QuarantineArea> as ObjectStore & QuarantineArea;
  const store: FileStore = {
    transact: (scope, work) => {
      subjects.add(scope.subject);
      return work(tx);
    },
  };
  const deps = {
    files: store,
    objects,
    retentionMs: 1_000,
    deadLetterMs: 1_000,
    bus: createMemoryEventBus(),
    clock: { now: () => now, sleep: () => Promise.resolve() },
    queue: { enqueueInspection: async (job: InspectionJob) => void jobs.push(job) },
  };
  const passTime = (durationMs: number): void => {
    now = new Date(now.getTime() + durationMs);
  };
  return { deps, rows, removed, cleaned, jobs, subjects, passTime };
};

const backlog = (part: Partial<Backlog> = {}): Backlog => ({
  dueInspections: async () => [],
  dueExpiries: async () => [],
  dueListings: async () => [],
  dueCleanups: async () => [],
  dueDeadLetters: async () => [],
  dueReleaseEnds: async () => [],
  releasedVersions: async () => [],
  dueReexaminations: async () => [],
  dueRetentions: async () => [],
  examinedVersions: async () => [],
  dueRescans: async () => [],
  countRescans: async () => 0,
  forgetExpiredKeys: async () => 0,
  forgetExpiredChallenges: async () => 0,
  tenants: async () => [],
  counts: async () => ({
    ...{ scanning: 0, unpublished: 0, oldestScanningMs: 0 },
    ...{ deadLetters: {}, oldestDeadLetterMs: 0 },
  }),
  quarantineCounts: async () => ({ kept: 0, requested: 0, approved: 0 }),
  ...part,
});

const fileOf = (part: Partial<File>): File =>
  makeFile({ id: makeFileId(), tenantId: makeTenantId(), ...part });
const dueOf = ({ id, tenantId, updatedAt }: File) => ({ fileId: id, tenantId, updatedAt });

describe('sweeping', () => {
  it('asks for every inspection that is due, also when one is refused', async () => {
    const due = [makeJob(), makeJob(), makeJob()];
    const { deps, jobs } = world([]);
    const enqueueInspection = async (job: InspectionJob): Promise<void> => {
      if (job === due[1]) throw new TransientError('redis', 'Not this one.');
      await deps.queue.enqueueInspection(job);
    };
    const report = await sweep({
      ...deps,
      queue: { enqueueInspection },
      backlog: backlog({ dueInspections: async () => due }),
    })(running);
    expect(report.inspections).toMatchObject({ done: 2, failed: 1, cause: { dependency: 'redis' } });
    expect(jobs).toEqual([due[0], due[2]]);
  });

  it('expires an open upload whose time is over, and says so', async () => {
    const files = [
      fileOf({ state: 'PENDING', expiresAt: PAST }),
      fileOf({ state: 'RECEIVING', expiresAt: NOW }),
    ];
    const { deps, rows, subjects } = world(files);
    await sweep({ ...deps, backlog: backlog({ dueExpiries: async () => files.map(dueOf) }) })(running);
    expect([...rows.values()].map((file) => file.state)).toEqual(['EXPIRED', 'EXPIRED']);
    expect(deps.bus.woken.filter((topic) => topic.kind === 'outbox')).toHaveLength(2);
    expect([...subjects]).toEqual(['system:sweeper']);
  });

  it('leaves an upload alone that was completed, cancelled or extended in the meantime', async () => {
    const files = [
      fileOf({ state: 'SCANNING', expiresAt: null }),
      fileOf({ state: 'CANCELLED', expiresAt: null }),
      fileOf({ state: 'RECEIVING', expiresAt: FUTURE }),
    ];
    const { deps, rows } = world(files);
    await sweep({ ...deps, backlog: backlog({ dueExpiries: async () => files.map(dueOf) }) })(running);
    expect([...rows.values()]).toEqual(files);
    expect(deps.bus.woken).toEqual([]);
  });

  it('removes the bytes of an ended file before it notes that they are gone', async () => {
    const file = fileOf({ state: 'EXPIRED', ingestHandle: 'h1', ingestKey: 'k1' });
    const { deps, removed, cleaned } = world([file]);
    const due = backlog({ dueCleanups: async () => [dueOf(file)] });
    expect((await sweep({ ...deps, backlog: due })(running)).cleanups).toEqual({ done: 1, failed: 0 });
    expect(removed).toEqual(['upload h1', 'ingest k1']);
    expect(cleaned).toEqual([file.id]);
  });

  it('removes abandoned sealed copies, and never the one that is served', async () => {
    const [tenantId, id] = [makeTenantId(), makeFileId()];
    const served = `${tenantId}/${id}/2`;
    const file = fileOf({ id, tenantId, state: 'CLEAN', attempt: 3, ingestHandle: null, vaultKey: served });
    const { deps, removed } = world([file]);
    await sweep({ ...deps, backlog: backlog({ dueCleanups: async () => [dueOf(file)] }) })(running);
    expect(removed).not.toContain(`vault ${served}`);
    expect(removed).toEqual([
      `ingest ${file.ingestKey}`,
      `vault ${tenantId}/${id}/1`,
      `vault ${tenantId}/${id}/3`,
    ]);
  });

  it.each(['PENDING', 'RECEIVING', 'SCANNING'] as const)('removes no byte of a file in %s', async (state) => {
    const file = fileOf({ state });
    const { deps, removed, cleaned } = world([file]);
    await sweep({ ...deps, backlog: backlog({ dueCleanups: async () => [dueOf(file)] }) })(running);
    expect([removed, cleaned]).toEqual([[], []]);
  });

  it('leaves a file due while the store is down', async () => {
    const file = fileOf({ state: 'CANCELLED' });
    const { deps, cleaned } = world([file], { isStoreDown: true });
    const report = await sweep({ ...deps, backlog: backlog({ dueCleanups: async () => [dueOf(file)] }) })(
      running,
    );
    expect(report.cleanups).toMatchObject({ done: 0, failed: 1 });
    expect(cleaned).toEqual([]);
  });

  it('forgets all that is over, and leaves the rest to the next run when its time is', async () => {
    const { deps, passTime } = world([]);
    const keys = [1_000, 1_000, 400, 1_000];
    const report = await sweep({
      ...deps,
      backlog: backlog({
        forgetExpiredKeys: async () => keys.shift() ?? 0,
        forgetExpiredChallenges: async (limit) => {
          passTime(4_000);
          return limit;
        },
      }),
    })(running);
    expect(report.forgottenKeys).toEqual({ done: 2_400, failed: 0 });
    expect(report.forgottenChallenges).toEqual({ done: 3_000, failed: 0 });
  });

  it('goes on with the others after the failure of one file, and with the other kinds of work', async () => {
    const files = Array.from({ length: 30 }, () => fileOf({ state: 'CANCELLED' }));
    const { deps, cleaned } = world(files, { brokenFile: files[3]?.id ?? makeFileId() });
    const report = await sweep({
      ...deps,
      backlog: backlog({
        dueInspections: () => Promise.reject(new TransientError('postgres', 'Timed out.')),
        dueCleanups: async () => files.map(dueOf),
        forgetExpiredKeys: async () => 7,
      }),
    })(running);
    expect(report.inspections).toMatchObject({ done: 0, failed: 1 });
    expect(report.cleanups).toMatchObject({ done: 29, failed: 1 });
    expect(report.forgottenKeys).toEqual({ done: 7, failed: 0 });
    expect(cleaned).toHaveLength(29);
  });

  it('bounds what it asks for, and does nothing once it is told to stop', async () => {
    const limits: number[] = [];
    const ask = async (limit: number): Promise<never[]> => {
      limits.push(limit);
      return [];
    };
    const { deps } = world([]);
    const bounded = backlog({ dueInspections: ask, dueExpiries: ask, dueCleanups: ask });
    await sweep({ ...deps, backlog: bounded })(running);
    expect(limits).toEqual([1_000, 200, 200]);
    const report = await sweep({ ...deps, backlog: bounded })(AbortSignal.abort());
    expect(limits).toHaveLength(3);
    expect(Object.values(report)).toEqual([DONE, DONE, DONE, DONE, DONE, DONE]);
  });

  it('leaves the rest to the next run when one kind of work takes too long', async () => {
    const files = Array.from({ length: 100 }, () => fileOf({ state: 'CANCELLED' }));
    const { deps, passTime, cleaned } = world(files);
    const slow: typeof deps.objects = {
      ...deps.objects,
      remove: async () => {
        passTime(1_000);
      },
    };
    const due = backlog({ dueCleanups: async () => files.map(dueOf), forgetExpiredKeys: async () => 1 });
    const report = await sweep({ ...deps, objects: slow, backlog: due })(running);
    expect(cleaned.length).toBeGreaterThan(0);
    expect(cleaned.length).toBeLessThan(30);
    expect(report.forgottenKeys.done).toBe(1);
  });

  it('cleans up after the others although those before them fail every time, and slowly', async () => {
    const files = Array.from({ length: 40 }, (_, index) =>
      fileOf({ state: 'CANCELLED', ingestKey: `key ${String(index)}` }),
    );
    const { deps, passTime, cleaned } = world(files);
    const stuck = new Set(files.slice(0, 16).map(({ ingestKey }) => ingestKey));
    const objects: typeof deps.objects = {
      ...deps.objects,
      remove: async ({ key }) => {
        if (!stuck.has(key)) return;
        passTime(10_000);
        throw new TransientError('object-store', 'It does not answer for this key.');
      },
    };
    // As the database does: those that are not cleaned up, oldest first.
    const dueCleanups: Backlog['dueCleanups'] = async (limit, after) => {
      const behind = files.slice(files.findIndex(({ id }) => id === after?.fileId) + 1);
      const due = behind.filter(({ id }) => !cleaned.includes(id));
      return due.slice(0, limit).map(dueOf);
    };
    const run = sweep({ ...deps, objects, backlog: backlog({ dueCleanups }) });
    const failures: number[] = [];
    for (let time = 0; time < 4; time += 1) failures.push((await run(running)).cleanups.failed);
    expect(cleaned).toHaveLength(24);
    // What fails goes on having its turn.
    expect(failures).toEqual([8, 8, 8, 8]);
  });
});
