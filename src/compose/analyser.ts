import { createSandboxedAnalyser, type SandboxSettings } from '../adapters/sandbox/structure-analyser.js';
import type { Platform } from '../compose.js';
import type { RunningAnalyser } from '../ports/structure-analyser.js';

const MIB = 1024 * 1024;

/** Bounds of one file. What comes out of containers is bounded by what the scanner looks at. */
const LIMITS = { maxDepth: 12, maxMembers: 100_000, maxCpuMs: 60_000 };
const SANDBOX = { addressSpaceBytes: 2048 * MIB, heapMib: 256, cpuSeconds: 3_600, openFiles: 64 };
const FILES_PER_ANALYSER = 200;

/** Composes the analysers of a worker; one for each file that is inspected at the same time. */
export function composeAnalyser({ config, logger, metrics }: Platform): RunningAnalyser {
  const analyser = createSandboxedAnalyser(settingsOf(config), {
    onStart: ({ inForce, missing }) => {
      if (missing.length === 0) logger.info({ inForce }, 'analysers run in their sandbox');
      else logger.warn({ inForce, missing }, 'the sandbox of the analysers is not complete');
    },
    onFailure: (err) => {
      metrics.analyserFailures.inc();
      logger.warn({ err }, 'an analyser failed');
    },
    onEnd: (outcome, durationMs) => {
      metrics.analysisDurationSeconds.observe({ outcome }, durationMs / 1000);
    },
  });
  metrics.watchAnalysers(() => analyser.counts());
  return analyser;
}

function settingsOf({ clamd, sandbox }: Platform['config']): SandboxSettings {
  const { size, timeoutMs, required } = sandbox;
  return {
    size,
    required,
    filesPerAnalyser: FILES_PER_ANALYSER,
    takeTimeoutMs: timeoutMs,
    startTimeoutMs: timeoutMs,
    writeTimeoutMs: timeoutMs,
    // Where nobody says how long it has worked, its own bound on the processor comes first.
    replyTimeoutMs: timeoutMs + LIMITS.maxCpuMs,
    limits: { ...LIMITS, maxExpandedBytes: clamd.maxStreamBytes, maxMemberBytes: clamd.maxStreamBytes },
    sandbox: SANDBOX,
  };
}
