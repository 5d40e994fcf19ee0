import { createHash } from 'node:crypto';
import { FIRST_RULES } from '../../src/domain/policy.js';
import { DEVELOPMENT_TENANTS } from '../../src/domain/development-tenants.js';
import { fault, FaultError } from '../../src/domain/errors.js';
import type { FileEvent } from '../../src/domain/events.js';
import type { File } from '../../src/domain/file.js';
import { ok } from '../../src/domain/result.js';
import type { UseCases } from '../../src/graphql/use-cases.js';
import type { UploadProgress } from '../../src/usecases/watch-upload.js';
import { createEventChannel, type EventChannel } from './event-channel.js';
import { fakeDeadLetters } from './fake-dead-letters.js';
import { fakePolicy } from './fake-policy.js';
import { fakeQuarantine } from './fake-quarantine.js';
import { makeFile } from './make-file.js';

/** Use-cases in memory, as far as the transports need them. */
export interface FakeUseCases extends UseCases {
  readonly events: EventChannel<FileEvent>;
  readonly progress: EventChannel<UploadProgress>;
  /** Bodies that came whole, as `name:sha256:size`. */
  readonly received: string[];
  /** Names of the use-cases that were called. */
  readonly calls: string[];
}

const VIEWED = {
  ...DEVELOPMENT_TENANTS.acme,
  policy: {
    ...FIRST_RULES,
    ceilingBytes: 1e12,
    maxFileBytes: 100,
    maxBytesByType: { 'image/*': 10 },
    deniedTypes: ['application/x-msdownload'],
    directTransfer: false,
    quota: { bytes: 1_000, files: 10, uploads: 5 },
  },
  usage: { bytes: 30, files: 2, uploads: 1 },
};

/** Makes use-cases in memory; a test says what is different about its own. */
export function fakeUseCases(changes: Partial<UseCases> = {}): FakeUseCases {
  const events = createEventChannel<FileEvent>();
  const progress = createEventChannel<UploadProgress>();
  const received: string[] = [];
  const calls: string[] = [];
  const file = makeFile();
  const known: UseCases = {
    createUpload: (_actor, input) =>
      Promise.resolve(
        ok({
          file: makeFile({ name: input.name, sizeBytes: input.sizeBytes ?? null }),
          transfer: {
            mode: 'PROXIED',
            partSizeBytes: 8_388_608,
            partCount: 1,
            tusUrl: 'http://x/uploads/1',
            expiresAt: file.createdAt,
          },
        }),
      ),
    signUploadParts: (_actor, { parts }) =>
      Promise.resolve(
        ok(
          parts.map(({ partNumber }) => ({
            partNumber,
            url: 'http://x/p',
            headers: [],
            expiresAt: file.createdAt,
          })),
        ),
      ),
    askPossession: () =>
      Promise.resolve(ok({ challenge: 'c'.repeat(64), blockSizeBytes: 1, expiresAt: file.createdAt })),
    provePossession: () => Promise.resolve(ok({ kind: 'send-bytes' })),
    signS3Upload: () => Promise.resolve(ok({ url: 'http://x/s3', expiresAt: file.createdAt })),
    completeUpload: () => Promise.resolve(ok(makeFile({ state: 'SCANNING' }))),
    cancelUpload: () => Promise.resolve(ok(makeFile({ state: 'CANCELLED' }))),
    deleteFile: () => Promise.resolve(ok(makeFile({ state: 'DELETED' }))),
    receiveFile: async (_actor, { name, body }) => {
      const hash = createHash('sha256');
      let size = 0;
      try {
        for await (const chunk of body as AsyncIterable<Buffer>) {
          hash.update(chunk);
          size += chunk.length;
        }
      } catch (error) {
        if (error instanceof FaultError) return { ok: false, fault: error.fault };
        throw error;
      }
      received.push(`${name}:${hash.digest('hex')}:${String(size)}`);
      return ok(makeFile({ name, sizeBytes: size, state: 'SCANNING' }));
    },
    createDownloadUrl: () => Promise.resolve(ok({ url: 'http://x/d', expiresAt: file.createdAt })),
    getFile: (_actor, id) => Promise.resolve(ok(id === file.id ? file : null)),
    issueReceipt: (_actor, { verdict }) => Promise.resolve(ok(verdict && 'a.b.c')),
    readSagas: () => Promise.resolve(ok([])),
    listFiles: () =>
      Promise.resolve(ok({ files: [file], hasNextPage: false, hasPreviousPage: false, totalCount: 1 })),
    uploadStatus: (_actor, { partSizeBytes, receivedBytes, expiresAt, transferMode: mode }) =>
      Promise.resolve(
        ok({
          receivedBytes,
          mode,
          partSizeBytes,
          partCount: 1,
          parts: [],
          missingPartNumbers: [1],
          expiresAt,
        }),
      ),
    getViewer: () => Promise.resolve(ok({ tenant: VIEWED })),
    watchUpload: (_actor, id, signal) =>
      Promise.resolve(id === file.id ? ok(progress.open(signal)) : fault('NOT_FOUND')),
    ...fakeQuarantine,
    ...fakeDeadLetters,
    ...fakePolicy,
    readExamination: () => Promise.resolve(ok(null)),
    rescanFile: () => Promise.resolve(ok(file)),
    watchFileEvents: (_actor, _input, signal) => Promise.resolve(ok(events.open(signal))),
    ...changes,
  };
  const counted = Object.entries(known).map(([name, work]) => [
    name,
    (...args: unknown[]) => {
      calls.push(name);
      return (work as (...given: unknown[]) => unknown)(...args);
    },
  ]);
  return { ...(Object.fromEntries(counted) as UseCases), events, progress, received, calls };
}

/** An event of the fake history. */
export const makeEvent = (sequence: number, changes: Partial<File> = {}): FileEvent => ({
  sequence,
  from: null,
  to: changes.state ?? 'PENDING',
  file: makeFile(changes),
  occurredAt: new Date('2026-01-01T00:00:00.000Z'),
  correlationId: 'test',
  traceparent: null,
});
