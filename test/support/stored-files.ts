import { uuidv7 } from 'uuidv7';
import { DEVELOPMENT_TENANTS } from '../../src/domain/development-tenants.js';
import type { File, Part } from '../../src/domain/file.js';
import type { FileId, TenantId } from '../../src/domain/ids.js';
import { transition, type FileCommand } from '../../src/domain/transition.js';
import type { Verdict } from '../../src/domain/verdict.js';
import type { FileStore, TenantScope } from '../../src/ports/file-store.js';
import { makeFile } from './make-file.js';

/** Somebody of the first tenant. */
export const ACME: TenantScope = {
  tenantId: DEVELOPMENT_TENANTS.acme.id,
  subject: 'alice',
  correlationId: 'request-1',
};

/** Somebody of the second one. */
export const GLOBEX: TenantScope = {
  tenantId: DEVELOPMENT_TENANTS.globex.id,
  subject: 'gloria',
  correlationId: 'request-2',
};

/** A file id that nobody has used. */
export const freshFileId = (): FileId => uuidv7() as FileId;

/** A new file of the tenant, not stored yet. */
export const draftFile = (scope: TenantScope, changes: Partial<File> = {}): File =>
  makeFile({
    id: freshFileId(),
    tenantId: scope.tenantId,
    createdBy: scope.subject,
    // Claims nothing, so that bytes of no kind can become CLEAN.
    name: 'draft.bin',
    declaredType: null,
    ...changes,
  });

/** A part of a size. */
export const makePart = (partNumber: number, sizeBytes: number): Part => ({
  partNumber,
  sizeBytes,
  etag: `etag-${partNumber}-${sizeBytes}`,
  sha256: 'a'.repeat(64),
  mac: sizeBytes.toString(16).padStart(64, '0'),
});

/** What an inspection that found nothing amounts to. */
export const cleanDecision = (file: File): FileCommand => ({
  kind: 'decide',
  verdict: makeVerdict(file),
  sha256: 'b'.repeat(64),
  detectedType: 'application/pdf',
  vaultKey: `vault/${file.id}/${String(file.attempt)}`,
});

const makeVerdict = (file: File): Verdict => ({
  outcome: 'CLEAN',
  reason: null,
  findings: [],
  engine: 'ClamAV 1.4.6',
  definitionsVersion: '27400',
  scannedBytes: file.sizeBytes ?? 0,
  decidedAt: new Date('2026-01-01T00:00:01.000Z'),
});

/** Stores a new file. */
export async function storeFile(
  store: FileStore,
  scope: TenantScope,
  changes: Partial<File> = {},
): Promise<File> {
  const file = draftFile(scope, changes);
  const outcome = await store.transact(scope, (tx) => tx.insert(file));
  if (outcome !== 'written') throw new Error(`The file was not stored: ${outcome}.`);
  return file;
}

/** What the rule book makes of a file; the command must be allowed. */
export function after(file: File, command: FileCommand): File {
  const next = transition(file, command, new Date('2026-01-01T00:00:02.000Z'));
  if (!next.ok) throw new Error(next.fault.message);
  return next.value;
}

/** Applies a command and stores what comes of it. */
export async function advance(
  store: FileStore,
  scope: TenantScope,
  id: FileId,
  command: FileCommand,
): Promise<File> {
  return await store.transact(scope, async (tx) => {
    const file = await tx.findForUpdate(id);
    if (!file) throw new Error('There is no such file.');
    const next = after(file, command);
    const outcome = await tx.change(file, next);
    if (outcome !== 'written') throw new Error(`The change was not stored: ${outcome}.`);
    return next;
  });
}

/** Stores a file whose bytes are all there and which waits for its verdict. */
export async function storeWaitingFile(
  store: FileStore,
  scope: TenantScope,
  changes: Partial<File> = {},
): Promise<File> {
  const file = await storeFile(store, scope, changes);
  const sizeBytes = file.sizeBytes ?? 0;
  if (sizeBytes > 0) await store.transact(scope, (tx) => tx.putPart(file.id, makePart(1, sizeBytes)));
  await advance(store, scope, file.id, { kind: 'complete', sizeBytes });
  return await findStored(store, scope, file.id);
}

/** The file as it is stored now. */
export async function findStored(store: FileStore, scope: TenantScope, id: FileId): Promise<File> {
  const file = await store.transact(scope, (tx) => tx.find(id));
  if (!file) throw new Error('There is no such file.');
  return file;
}

/** A tenant that does not exist. */
export const NO_TENANT = '00000000-0000-4000-8000-000000000000' as TenantId;
