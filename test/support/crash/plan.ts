import { createHash } from 'node:crypto';
import { EICAR, zipOf } from '../samples.js';
import { sha256 } from '../send-file.js';
import type { Chance } from './chance.js';

/** What one client is going to do with one file. All of it is drawn before anything runs. */
export interface UploadPlan {
  /** Unique; stands in the metadata of the file, and is its idempotency key where it has one. */
  readonly label: string;
  readonly tenant: 'acme' | 'globex';
  readonly way: 'parts' | 'whole' | 'tus';
  /** Without one, a request that got no answer is not repeated. */
  readonly hasKey: boolean;
  readonly bytes: Buffer;
  readonly declaredSha256: string | null;
  /** What an inspection must come to. */
  readonly outcome: 'CLEAN' | 'INFECTED' | 'REJECTED';
  /** Parts that are sent first with other bytes, which a later send replaces. */
  readonly spoiled: ReadonlySet<number>;
  /** Parts that are sent first with bytes that do not match the signed checksum. */
  readonly mismatched: ReadonlySet<number>;
  /** Parts that are sent twice at the same time. */
  readonly doubled: ReadonlySet<number>;
  readonly end: 'complete' | 'cancel' | 'both at once' | 'abandon';
  /** Requests of the same kind at the same time. */
  readonly twins: number;
  readonly isDeleted: boolean;
  readonly isWatched: boolean;
  readonly startAfterMs: number;
}

/** Size of all parts but the last one; the smallest that is accepted. */
export const PART_BYTES = 5 * 1024 * 1024;

const VIRUS_SHARE = 0.15;
const WRONG_HASH_SHARE = 0.1;

/** Draws what happens to one file. */
export async function planUpload(chance: Chance, label: string, spanMs: number): Promise<UploadPlan> {
  const isVirus = chance.isLucky(VIRUS_SHARE);
  const bytes = isVirus ? await virus(chance) : content(sizeOf(chance), label);
  const isWrong = !isVirus && chance.isLucky(WRONG_HASH_SHARE);
  const numbers = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, index) => index + 1);
  const some = (share: number): Set<number> => new Set(numbers.filter(() => chance.isLucky(share)));
  const ways: readonly ['parts', ...UploadPlan['way'][]] =
    bytes.length < PART_BYTES ? ['parts', 'parts', 'tus', 'whole'] : ['parts', 'tus'];
  const isHashed = chance.isLucky(0.5);
  return {
    label,
    tenant: chance.pick(['acme', 'acme', 'globex']),
    way: chance.pick<UploadPlan['way']>(ways),
    hasKey: chance.isLucky(0.8),
    bytes,
    declaredSha256: isWrong ? sha256(Buffer.from(label)) : isHashed ? sha256(bytes) : null,
    outcome: isVirus ? 'INFECTED' : isWrong ? 'REJECTED' : 'CLEAN',
    spoiled: some(0.2),
    mismatched: some(0.2),
    doubled: some(0.2),
    end: chance.pick([
      'complete',
      'complete',
      'complete',
      'complete',
      'complete',
      'cancel',
      'both at once',
      'abandon',
    ]),
    twins: chance.pick([1, 1, 2, 3]),
    isDeleted: chance.isLucky(0.2),
    isWatched: chance.isLucky(0.3),
    startAfterMs: chance.below(spanMs),
  };
}

const virus = (chance: Chance): Promise<Buffer> =>
  chance.isLucky(0.5) ? Promise.resolve(EICAR) : zipOf('inside.com', EICAR);

function sizeOf(chance: Chance): number {
  const kind = chance.below(10);
  if (kind === 0) return chance.below(2);
  if (kind === 1) return PART_BYTES * 2 + chance.between(1, 100_000);
  if (kind <= 4) return PART_BYTES + chance.below(100_000);
  return chance.between(2, 200_000);
}

const BLOCK_BYTES = 4096;

/** Bytes that no other label has, and in which no two blocks are the same. */
export function content(sizeBytes: number, label: string): Buffer {
  const bytes = Buffer.alloc(sizeBytes, createHash('sha512').update(label).digest());
  for (let at = 0; at + 4 <= sizeBytes; at += BLOCK_BYTES) bytes.writeUInt32BE(at, at);
  return bytes;
}
