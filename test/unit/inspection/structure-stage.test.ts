import { describe, expect, it } from 'vitest';
import { createContentHints } from '../../../src/adapters/lru/content-hints.js';
import { createThreadedDigester } from '../../../src/adapters/digest/threaded-digester.js';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { OvertimeError, TransientError } from '../../../src/domain/errors.js';
import type { File } from '../../../src/domain/file.js';
import type { ScanReply } from '../../../src/domain/verdict.js';
import type { StructureAnalyser, StructureSession } from '../../../src/ports/structure-analyser.js';
import { inspectFile, type InspectionOutcome } from '../../../src/usecases/inspect-file.js';
import { makeFile } from '../../support/make-file.js';
import { makeJob } from '../../support/make-job.js';
import { createMemoryEventBus } from '../../support/memory-event-bus.js';
import {
  createFakeAnalyser,
  createFakeDetector,
  createFakeScanner,
  createMemoryFileStore,
  createMemoryObjectStore,
} from '../../support/memory-inspection.js';

const BYTES = Buffer.from('some bytes');

function arrange(
  analyser: StructureAnalyser,
  { reply, maxAttempts = 2 }: { readonly reply?: ScanReply; readonly maxAttempts?: number } = {},
): {
  file: () => File;
  replay: () => void;
  inspect: (signal?: AbortSignal) => Promise<InspectionOutcome>;
} {
  const sizes = { sizeBytes: BYTES.length, receivedBytes: BYTES.length, ingestKey: 'key' };
  const file = makeFile({ state: 'SCANNING', name: 'a.txt', declaredType: 'text/plain', ...sizes });
  const files = createMemoryFileStore(file, [
    { partNumber: 1, sizeBytes: BYTES.length, etag: 'etag', sha256: null },
  ]);
  const run = inspectFile({
    files,
    analyser,
    objects: createMemoryObjectStore({ key: BYTES }),
    bus: createMemoryEventBus(),
    scanner: createFakeScanner(reply),
    types: createFakeDetector('application/x-magic'),
    digests: createThreadedDigester(),
    clock: createSystemClock(),
    hints: createContentHints(),
    retentionMs: 1_000,
    settings: { leaseMs: 1_000, maxAttempts, backoffMs: 1, maxBackoffMs: 1 },
  });
  const job = makeJob({ tenantId: file.tenantId, fileId: file.id });
  const inspect = (signal = new AbortController().signal): Promise<InspectionOutcome> => run(job, signal);
  return { file: () => files.file(), replay: () => files.replay(), inspect };
}

const lost = (): Promise<never> => Promise.reject(new TransientError('analyser', 'It is gone'));

describe('the analysis of structure', () => {
  it('is told what the sender says of the file, and gets its bytes', async () => {
    const seen: unknown[] = [];
    const fake = createFakeAnalyser(undefined, { write: (chunk) => void seen.push(Buffer.from(chunk)) });
    const analyser: StructureAnalyser = {
      begin: (label, signal) => {
        seen.push(label);
        return fake.begin(label, signal);
      },
    };
    await arrange(analyser).inspect();
    expect(seen).toEqual([{ name: 'a.txt', declaredType: 'text/plain', sizeBytes: BYTES.length }, BYTES]);
  });

  it('decides beside the scanner, and knows the type better than the first bytes', async () => {
    const findings = [{ code: 'OFFICE_MACRO', detail: null, path: 'word/vbaProject.bin' }];
    const { inspect, file } = arrange(createFakeAnalyser({ findings, contentType: 'application/x-true' }));
    await inspect();
    expect(file()).toMatchObject({
      state: 'REJECTED',
      detectedType: 'application/x-true',
      verdict: { reason: 'OFFICE_MACRO', findings },
    });
  });

  it.each<[string, StructureAnalyser]>([
    ['cannot begin', { begin: lost }],
    ['takes no bytes', createFakeAnalyser(undefined, { write: lost })],
    ['gives no report', createFakeAnalyser(undefined, { finish: lost })],
  ])('that %s is tried again, and then makes the file UNSCANNABLE', async (_what, analyser) => {
    const { inspect, file } = arrange(analyser);
    expect(await inspect()).toMatchObject({ kind: 'postponed' });
    expect(file().state).toBe('SCANNING');
    await inspect();
    expect(file()).toMatchObject({ state: 'UNSCANNABLE', verdict: { reason: 'ANALYSER_UNAVAILABLE' } });
  });

  it('is given up when the pass ends without it', async () => {
    let aborts = 0;
    const analyser = createFakeAnalyser(undefined, { write: lost, abort: () => void (aborts += 1) });
    await arrange(analyser).inspect();
    expect(aborts).toBe(1);
  });

  const late = (): Promise<never> => Promise.reject(new OvertimeError('analyser', 'It comes to no end'));

  it.each<[string, Partial<StructureSession>]>([
    ['takes no bytes', { write: late }],
    ['gives no report', { finish: late }],
    ['does not say what it knows', { isTooMuch: late, finish: late }],
  ])('that has used up its time and %s, twice, has come to a limit', async (_what, session) => {
    const { inspect, file } = arrange(createFakeAnalyser(undefined, session), { maxAttempts: 8 });
    expect(await inspect()).toMatchObject({ kind: 'postponed', attempt: 1 });
    expect(await inspect()).toMatchObject({ kind: 'decided' });
    expect(file()).toMatchObject({
      state: 'UNSCANNABLE',
      vaultKey: null,
      sha256: expect.stringMatching(/./) as string,
      verdict: { reason: 'ANALYSIS_LIMIT', engine: 'Fake 1.0', scannedBytes: BYTES.length },
    });
  });

  it('that has used up its time twice leaves the scanner its say', async () => {
    const reply = { kind: 'found', signature: 'Worse' } as const;
    const { inspect, file } = arrange(createFakeAnalyser(undefined, { write: late }), { reply });
    await inspect();
    await inspect();
    expect(file()).toMatchObject({ state: 'INFECTED', verdict: { reason: 'MALWARE' } });
  });

  it('that was interrupted, or failed otherwise, has not used up its time', async () => {
    let write: () => Promise<void> = lost;
    const analyser = createFakeAnalyser(undefined, { write: () => write() });
    const { inspect, file } = arrange(analyser, { maxAttempts: 8 });
    await inspect();
    write = late;
    await inspect(AbortSignal.abort());
    expect(await inspect()).toMatchObject({ kind: 'postponed', attempt: 3 });
    write = () => Promise.resolve();
    await inspect();
    expect(file().state).toBe('CLEAN');
  });

  it('that fails otherwise after it has used up its time has come to no limit', async () => {
    let session: () => Promise<void> = late;
    const analyser = createFakeAnalyser(undefined, { write: () => session() });
    const { inspect, file } = arrange(analyser, { maxAttempts: 8 });
    await inspect();
    session = lost;
    expect(await inspect()).toMatchObject({ kind: 'postponed', attempt: 2 });
    session = () => Promise.resolve();
    await inspect();
    expect(file().state).toBe('CLEAN');
  });

  it('that had used up its time before somebody replayed the file has all of it again', async () => {
    let write: () => Promise<void> = lost;
    const analyser = createFakeAnalyser(undefined, { write: () => write() });
    const { inspect, file, replay } = arrange(analyser);
    await inspect();
    write = late;
    await inspect();
    expect(file().state).toBe('UNSCANNABLE');
    replay();
    expect(await inspect()).toMatchObject({ kind: 'postponed', attempt: 3 });
    await inspect();
    expect(file()).toMatchObject({ state: 'UNSCANNABLE', verdict: { reason: 'ANALYSIS_LIMIT' } });
  });
});
