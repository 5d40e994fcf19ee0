import type { Readable } from 'node:stream';
import type { BlockMacs } from '../../domain/block-macs.js';
import type { Evidence } from '../../domain/decide.js';
import { TransientError } from '../../domain/errors.js';
import { createCountStage } from './count-stage.js';
import { createDigestStage } from './digest-stage.js';
import { endOvertime } from './end-overtime.js';
import { startHeartbeat } from './heartbeat.js';
import type { Inspection } from './inspection.js';
import { createKnownStage, findKnownScan, type KnownScan } from './known-scan.js';
import { createListedMd5Stage } from './listed-md5-stage.js';
import { runStages } from './run-stages.js';
import { openScanStage, type ScanStage } from './scan-stage.js';
import { createSealStage } from './seal-stage.js';
import { spareScanner } from './spare-scanner.js';
import { createStructureStage, type StructureStage } from './structure-stage.js';
import { createTypeStage } from './type-stage.js';

/** Longest wait for the next staged bytes where the settings name none. */
const STALL_MS = 30_000;

/** What one complete pass has shown, and by which scanner. */
export type Examination = Evidence & {
  readonly engine: string;
  /** Of what is more than one block. */
  readonly blocks: BlockMacs | undefined;
  /** What the reply rests on where the scanner was not asked. */
  readonly known?: KnownScan | undefined;
};

/**
 * Reads the staged bytes once and learns everything from this one pass, so that what is sealed is what was
 * counted, hashed and scanned. Meanwhile the lease is kept. After an error nothing runs any more.
 *
 * @throws FencedError when another attempt took over; the reason of the signal; what the store, the scanner
 *   or the database failed with
 */
export async function examine(inspection: Inspection, signal: AbortSignal): Promise<Examination> {
  let stage: ScanStage | undefined;
  const heartbeat = startHeartbeat(inspection, () => stage?.scannedBytes() ?? 0);
  const stop = AbortSignal.any([signal, heartbeat.lost]);
  try {
    await assemble(inspection, stop);
    const known = await findKnownScan(inspection, stop);
    const begun = (scan: ScanStage): void => void (stage = scan);
    const examination = await look(inspection, known, begun, stop);
    if (examination.sha256 === known?.sha256) return { ...examination, known };
    if (!known) return examination;
    // They are other bytes than was expected of them, and no scanner has seen those.
    await inspection.deps.objects.remove({ area: 'vault', key: inspection.sealedKey });
    return await look(inspection, undefined, begun, stop);
  } catch (error) {
    // Whatever broke while stopping: why it was stopped is what counts.
    throw stop.aborted ? (stop.reason as unknown) : error;
  } finally {
    await heartbeat.stop();
  }
}

/** Makes the parts of the ledger one object. Done already when an earlier attempt came so far. */
async function assemble({ deps, file, parts }: Inspection, signal: AbortSignal): Promise<void> {
  if (file.ingestHandle === null) return;
  const upload = { key: file.ingestKey, handle: file.ingestHandle };
  await deps.objects.finishUpload(upload, parts, signal);
}

/** What looks at the bytes in this one pass. */
interface Looks {
  readonly scan: ScanStage;
  readonly structure: StructureStage;
}

/** One pass: with the scanner, or with what is known of the bytes that are expected. */
async function look(
  inspection: Inspection,
  known: KnownScan | undefined,
  onBegun: (scan: ScanStage) => void,
  signal: AbortSignal,
): Promise<Examination> {
  const { deps, sizeBytes } = inspection;
  const structure = await beginStructure(inspection, signal);
  const scanner = spareScanner(deps.scanner, () => structure.isTooMuch());
  const opened = known ? createKnownStage(known) : openScanStage(scanner, sizeBytes, signal);
  const scan = await Promise.resolve(opened).catch((error: unknown) => {
    void structure.abort?.(lost());
    throw error;
  });
  onBegun(scan);
  return passOnce(inspection, { scan, structure }, signal);
}

async function beginStructure(
  { deps, file, sizeBytes, hadOvertime }: Inspection,
  signal: AbortSignal,
): Promise<StructureStage> {
  const label = { name: file.name, declaredType: file.declaredType, sizeBytes };
  const session = await deps.analyser.begin(label, signal);
  return createStructureStage(hadOvertime ? endOvertime(session) : session);
}

async function passOnce(
  inspection: Inspection,
  { scan, structure }: Looks,
  signal: AbortSignal,
): Promise<Examination> {
  const { deps, parts, sizeBytes, sealedKey } = inspection;
  const body = await openStaged(inspection, signal).catch(async (error: unknown) => {
    await Promise.all([scan.abort?.(lost()), structure.abort?.(lost())]);
    throw error;
  });
  const digest = createDigestStage(deps, sizeBytes, parts);
  const type = createTypeStage(deps.types);
  const stages = [
    createCountStage(sizeBytes),
    digest,
    createListedMd5Stage(parts),
    type,
    structure,
    scan,
    createSealStage(deps, sealedKey, sizeBytes),
  ];
  await runStages(body, stages, { clock: deps.clock, stallMs: deps.settings.stallMs ?? STALL_MS, signal });
  return {
    reply: scan.reply(),
    sizeBytes: scan.scannedBytes(),
    sha256: digest.sha256(),
    blocks: digest.blocks(),
    detectedType: structure.report().contentType ?? type.mediaType(),
    structure: structure.report(),
    engine: scan.engine,
    definitionsVersion: scan.definitionsVersion,
    coverage: scan.isSegmented ? 'SEGMENTS' : 'WHOLE',
  };
}

async function openStaged({ deps, file, sizeBytes }: Inspection, signal: AbortSignal): Promise<Readable> {
  const staged = await deps.objects.lend({ area: 'ingest', key: file.ingestKey }, signal);
  if (!staged) throw new TransientError('object-store', 'The staged object is not there');
  if (staged.sizeBytes === sizeBytes) return staged.body;
  staged.body.destroy();
  throw new TransientError('object-store', 'The staged object does not have the size of the upload');
}

const lost = (): TransientError => new TransientError('object-store', 'The staged object cannot be read');
