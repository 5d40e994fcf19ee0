import { fault, type Outcome } from './errors.js';
import type { FileState } from './file-state.js';
import { isOpen } from './file-state.js';
import type { File } from './file.js';
import { ok } from './result.js';
import type { Verdict } from './verdict.js';

/** What can happen to a file. */
export type FileCommand =
  | { readonly kind: 'receive' }
  | { readonly kind: 'complete'; readonly sizeBytes: number }
  | {
      readonly kind: 'decide';
      readonly verdict: Verdict;
      readonly sha256: string | null;
      readonly detectedType: string | null;
      /** Key of the sealed copy; required for CLEAN, and forbidden for everything else. */
      readonly vaultKey: string | null;
    }
  /** What was clean is found to be infected: by definitions that are newer, in the same bytes. */
  | { readonly kind: 'redetect'; readonly verdict: Verdict }
  /** What was given up without a verdict is inspected anew; only what has a dead letter, which the caller makes sure of. */
  | { readonly kind: 'replay' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'expire' }
  | { readonly kind: 'delete' };

/**
 * The only rule book of a file's life: the file as the command leaves it, or why it may not.
 *
 * @param file - as stored
 * @param command - what happens to it
 * @param at - when it happens
 * @returns the changed file with its version grown by one; CONFLICT when the state does not allow it
 */
export function transition(file: File, command: FileCommand, at: Date): Outcome<File> {
  const change = changeOf(file, command);
  if (!change) return refuse(file.state, command.kind);
  return ok({ ...file, ...change, version: file.version + 1, updatedAt: at });
}

function changeOf(file: File, command: FileCommand): Partial<File> | undefined {
  switch (command.kind) {
    case 'receive':
      return file.state === 'PENDING' ? { state: 'RECEIVING' } : undefined;
    case 'complete':
      return isOpen(file.state) ? completed(file, command.sizeBytes) : undefined;
    case 'decide':
      return file.state === 'SCANNING' ? decided(command) : undefined;
    case 'redetect':
      return file.state === 'CLEAN' && command.verdict.outcome === 'INFECTED'
        ? { state: 'INFECTED', verdict: command.verdict, vaultKey: null }
        : undefined;
    case 'replay':
      return file.state === 'UNSCANNABLE' ? REPLAYED : undefined;
    case 'cancel':
      return isOpen(file.state) ? { state: 'CANCELLED', expiresAt: null } : undefined;
    case 'expire':
      return isOpen(file.state) ? { state: 'EXPIRED', expiresAt: null } : undefined;
    case 'delete':
      return isDeletable(file.state) ? { state: 'DELETED', vaultKey: null } : undefined;
  }
}

const REPLAYED: Partial<File> = { state: 'SCANNING', verdict: null, sha256: null, detectedType: null };

const completed = (file: File, sizeBytes: number): Partial<File> | undefined =>
  file.receivedBytes === sizeBytes ? { state: 'SCANNING', sizeBytes, expiresAt: null } : undefined;

function decided(command: FileCommand & { kind: 'decide' }): Partial<File> | undefined {
  const { verdict, sha256, detectedType, vaultKey } = command;
  const isClean = verdict.outcome === 'CLEAN';
  // A clean file without proof of what was inspected, or another outcome with something to serve, cannot be.
  if (isClean !== (vaultKey !== null) || (isClean && sha256 === null)) return undefined;
  return { state: verdict.outcome, verdict, sha256, detectedType, vaultKey };
}

const isDeletable = (state: FileState): boolean =>
  state !== 'DELETED' && state !== 'SCANNING' && !isOpen(state);

const refuse = (state: FileState, kind: FileCommand['kind']): ReturnType<typeof fault> =>
  fault('CONFLICT', { message: `A file in state ${state} does not allow to ${kind}.` });
