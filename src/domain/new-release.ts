import { fault, type Outcome } from './errors.js';
import type { File } from './file.js';
import { isReadable, type Quarantine } from './quarantine.js';
import type { Release } from './release.js';
import { ok } from './result.js';
import { hasLoneSurrogate } from './text.js';

/** Longest reason, in characters. */
const MAX_REASON_CHARACTERS = 2_000;

/** What somebody asks for. */
export interface ReleaseWish {
  readonly id: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly expiresAt: Date;
  /** Longest time that a release may last, in milliseconds. */
  readonly maxDurationMs: number;
}

/**
 * Makes a request out of a wish.
 *
 * @returns BAD_USER_INPUT for a reason or an end that is out of range; CONFLICT where no content is held
 */
export function newRelease(
  { file, quarantine }: { readonly file: File; readonly quarantine: Quarantine },
  wish: ReleaseWish,
  at: Date,
): Outcome<Release> {
  if (file.state !== 'INFECTED' || !isReadable(quarantine, at)) {
    return fault('CONFLICT', { message: 'Only content that is held in the quarantine can be released.' });
  }
  const reason = checkReason(wish.reason);
  if (!reason.ok) return reason;
  const broken = brokenEnd(quarantine, wish, at);
  if (broken !== undefined) return fault('BAD_USER_INPUT', { message: broken, field: 'expiresAt' });
  return ok({
    id: wish.id,
    tenantId: file.tenantId,
    fileId: file.id,
    version: 1,
    status: 'REQUESTED',
    reason: reason.value,
    requestedBy: wish.requestedBy,
    requestedAt: at,
    expiresAt: wish.expiresAt,
    ...{ decidedBy: null, decidedAt: null, decisionReason: null },
    ...{ endedBy: null, endedAt: null, endCause: null, endReason: null },
    definitionsVersion: file.verdict?.definitionsVersion ?? '',
  });
}

/** Checks a written reason: text that somebody can read, without the spaces around it. */
export function checkReason(text: string): Outcome<string> {
  const reason = text.trim();
  const isReadableText = reason !== '' && !reason.includes('\0') && !hasLoneSurrogate(reason);
  if (isReadableText && reason.length <= MAX_REASON_CHARACTERS) return ok(reason);
  const message = `A reason has 1 to ${String(MAX_REASON_CHARACTERS)} characters.`;
  return fault('BAD_USER_INPUT', { message, field: 'reason' });
}

function brokenEnd(
  { retainedUntil }: Quarantine,
  { expiresAt, maxDurationMs }: ReleaseWish,
  at: Date,
): string | undefined {
  if (!(expiresAt > at)) return 'A release ends in the future.';
  if (expiresAt.getTime() - at.getTime() > maxDurationMs) {
    return `A release lasts at most ${String(maxDurationMs / 1000)} seconds.`;
  }
  if (retainedUntil !== null && expiresAt > retainedUntil) {
    return `The content is kept until ${retainedUntil.toISOString()}: a release ends before.`;
  }
  return undefined;
}
