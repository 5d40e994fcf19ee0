import type { RunningAnalyser } from '../../src/ports/structure-analyser.js';
import {
  createSandboxedAnalyser,
  type SandboxHooks,
  type SandboxSettings,
} from '../../src/adapters/sandbox/structure-analyser.js';

const MIB = 1024 * 1024;

const LIMITS: SandboxSettings['limits'] = {
  maxDepth: 12,
  maxMembers: 100_000,
  maxExpandedBytes: 2047 * MIB,
  maxMemberBytes: 2047 * MIB,
  maxCpuMs: 60_000,
};

/** Limits of a file that may take next to no time of the processor. */
export const HARDLY_ANY_TIME: SandboxSettings['limits'] = { ...LIMITS, maxCpuMs: 50 };

/** As a worker has it, with less patience nowhere and with as few processes as a test needs. */
const ANALYSER_SETTINGS: SandboxSettings = {
  size: 2,
  filesPerAnalyser: 200,
  takeTimeoutMs: 60_000,
  startTimeoutMs: 60_000,
  writeTimeoutMs: 60_000,
  replyTimeoutMs: 120_000,
  limits: LIMITS,
  sandbox: { addressSpaceBytes: 2048 * MIB, heapMib: 256, cpuSeconds: 3_600, openFiles: 64 },
  required: [],
};

/** Starts real analysers in their sandbox, from the build. */
export async function startAnalyser(
  overrides: Partial<SandboxSettings> = {},
  hooks: SandboxHooks = {},
): Promise<RunningAnalyser & { counts(): { readonly idle: number; readonly busy: number } }> {
  const analyser = createSandboxedAnalyser({ ...ANALYSER_SETTINGS, ...overrides }, hooks);
  await analyser.start();
  return analyser;
}
