import { analyseFile, type FileLabel } from '../../../src/analyser/analyse-file.js';
import type { AnalysisLimits } from '../../../src/analyser/budget.js';
import type { StructureReport } from '../../../src/domain/verdict.js';

const MIB = 1024 * 1024;

/** As a worker sets them, with less patience. */
export const ANALYSIS_LIMITS: AnalysisLimits = {
  maxDepth: 12,
  maxMembers: 100_000,
  maxExpandedBytes: 2047 * MIB,
  maxMemberBytes: 2047 * MIB,
  maxCpuMs: 60_000,
};

interface Options {
  readonly declaredType?: string;
  /** Bytes that come at a time. @default 64 KiB */
  readonly chunkBytes?: number;
  readonly limits?: Partial<AnalysisLimits>;
  /** Hears of each chunk that is asked for. */
  readonly onChunk?: () => void;
}

/** Analyses bytes as the analyser does in its sandbox. */
export async function analyse(
  bytes: Buffer | string,
  name: string,
  { declaredType, chunkBytes = 64 * 1024, limits, onChunk }: Options = {},
): Promise<StructureReport> {
  const content = Buffer.from(bytes);
  const source = (async function* (): AsyncGenerator<Buffer, undefined> {
    for (let at = 0; at < content.length; at += chunkBytes) {
      onChunk?.();
      yield await Promise.resolve(content.subarray(at, at + chunkBytes));
    }
  })();
  const label: FileLabel = { name, declaredType: declaredType ?? null, sizeBytes: content.length };
  return analyseFile(source, label, { ...ANALYSIS_LIMITS, ...limits });
}

/** The codes of what is found, each once, in the order of the alphabet. */
export async function codesOf(...parameters: Parameters<typeof analyse>): Promise<readonly string[]> {
  const { findings } = await analyse(...parameters);
  return [...new Set(findings.map(({ code }) => code))].sort();
}
