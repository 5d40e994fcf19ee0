import { fileURLToPath } from 'node:url';
import { PermanentError, TransientError } from '../../domain/errors.js';
import type { Confinement, RunningAnalyser, StructureSession } from '../../ports/structure-analyser.js';
import type { AnalysisLimits } from '../../analyser/budget.js';
import { RETIRED, startProcess, type AnalyserProcess } from './analyser-process.js';
import { ESSENTIAL, findConfinement, type SandboxCommand, type SandboxLimits } from './confinement.js';
import { CLOSED, createPool, type Pool } from './pool.js';
import { openSession, type SessionEnd, type SessionTimeouts } from './session.js';
import { withDeadline } from '../common/with-deadline.js';

/** How the sandbox is made up. */
export interface SandboxSettings extends SessionTimeouts {
  /** The most analysers, and so files that are analysed at a time; they are started as they are needed. */
  readonly size: number;
  readonly filesPerAnalyser: number;
  /** Longest wait for a free analyser. */
  readonly takeTimeoutMs: number;
  /** Longest wait for an analyser to be ready after its start. */
  readonly startTimeoutMs: number;
  readonly limits: AnalysisLimits;
  readonly sandbox: SandboxLimits;
  /** Measures without which there is no start. */
  readonly required: readonly string[];
  /** Absolute path of the compiled analyser. @default the one of this build */
  readonly entry?: string;
}

/** For logs and metrics; must not throw. */
export interface SandboxHooks {
  /** It was found out what is in force. */
  readonly onStart?: (confinement: Confinement) => void;
  /** An analyser ended, or could not be started. */
  readonly onFailure?: (error: unknown) => void;
  readonly onEnd?: (end: SessionEnd, durationMs: number) => void;
}

/** In the build it lies beside the sources; a test that runs from its source uses the build. */
const ENTRY = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/sandbox/analyser.mjs', import.meta.url)
  : new URL('../../../sandbox/analyser.mjs', import.meta.url);

/** Analysers in processes of their own, apart from everything. @see docs/decisions/0017-structure-in-a-sandbox.md */
export function createSandboxedAnalyser(
  settings: SandboxSettings,
  hooks: SandboxHooks = {},
): RunningAnalyser & {
  counts(): ReturnType<Pool['counts']>;
} {
  let running: { readonly pool: Pool; readonly confinement: Confinement } | undefined;
  const need = (): NonNullable<typeof running> => {
    if (running) return running;
    throw new TransientError('analyser', 'The analysers are not started');
  };
  return {
    async start() {
      const { command, first } = await findCommand(settings, hooks);
      refuseMissing(command, settings.required);
      const { inForce, missing } = command;
      running = { pool: openPool(command, first, settings, hooks), confinement: { inForce, missing } };
      hooks.onStart?.({ inForce, missing });
    },
    begin: (label, signal) =>
      beginSession(need().pool, { label, limits: settings.limits }, settings, hooks, signal),
    async check() {
      const { pool, confinement } = need();
      const { idle, busy } = pool.counts();
      if (idle + busy === 0) throw new TransientError('analyser', 'No analyser is ready');
      return Promise.resolve(confinement);
    },
    counts: () => running?.pool.counts() ?? { idle: 0, busy: 0 },
    close() {
      running?.pool.close();
      return Promise.resolve();
    },
  };
}

interface Begun {
  readonly command: SandboxCommand;
  readonly first: AnalyserProcess;
}

/** A user of no rights can start nothing that lies where only we may read: then the user stays ours. */
async function findCommand(settings: SandboxSettings, hooks: SandboxHooks): Promise<Begun> {
  const entry = settings.entry ?? fileURLToPath(ENTRY);
  const command = await findConfinement(entry, settings.sandbox);
  try {
    return { command, first: await startReady(command, settings, hooks) };
  } catch (error) {
    hooks.onFailure?.(error);
    const weaker = await findConfinement(entry, settings.sandbox, ['user']);
    return { command: weaker, first: await startReady(weaker, settings, hooks) };
  }
}

function refuseMissing({ missing }: Confinement, required: readonly string[]): void {
  const lacking = ESSENTIAL.filter((name) => missing.includes(name) && required.includes(name));
  if (lacking.length === 0) return;
  throw new PermanentError('analyser', `The sandbox lacks: ${lacking.join(', ')}. See docs/findings.md.`);
}

function openPool(
  command: SandboxCommand,
  first: AnalyserProcess,
  settings: SandboxSettings,
  hooks: SandboxHooks,
): Pool {
  let ready: AnalyserProcess | undefined = first;
  return createPool({
    ...settings,
    start: () => {
      const next = ready ? Promise.resolve(ready) : startReady(command, settings, hooks);
      ready = undefined;
      return next;
    },
    onStartFailure: (error) => hooks.onFailure?.(error),
  });
}

async function startReady(
  command: SandboxCommand,
  { startTimeoutMs }: SandboxSettings,
  hooks: SandboxHooks,
): Promise<AnalyserProcess> {
  const ready = Promise.withResolvers<void>();
  const process = startProcess(command, (error) => {
    if (error.message !== RETIRED && error.message !== CLOSED) hooks.onFailure?.(error);
  });
  process.listen({
    frame(kind) {
      if (kind !== 'ready') throw new Error('This was not asked');
      ready.resolve();
    },
    ended: ready.reject,
  });
  await withDeadline(ready.promise, startTimeoutMs, () => {
    process.kill('The analyser is not ready in time');
    return new TransientError('analyser', 'The analyser is not ready in time');
  });
  return process;
}

async function beginSession(
  pool: Pool,
  file: Parameters<typeof openSession>[1],
  settings: SandboxSettings,
  hooks: SandboxHooks,
  signal: AbortSignal | undefined,
): Promise<StructureSession> {
  const member = await pool.take(signal);
  const beganAtMs = performance.now();
  const end = (how: SessionEnd): void => {
    pool.give(member);
    hooks.onEnd?.(how, performance.now() - beganAtMs);
  };
  try {
    return await openSession(member.process, file, settings, end);
  } catch (error) {
    member.process.kill('The session failed');
    end('failed');
    throw error;
  }
}
