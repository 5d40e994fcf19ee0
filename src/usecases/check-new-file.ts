import { describeBytes } from '../domain/describe-bytes.js';
import { fault, type Outcome } from '../domain/errors.js';
import type { File, Priority } from '../domain/file.js';
import { checkMediaType } from '../domain/media-type.js';
import { checkMetadata, type MetadataEntry } from '../domain/metadata.js';
import { normaliseName } from '../domain/name.js';
import { MAX_FILE_BYTES, MAX_PARTS } from '../domain/parts.js';
import {
  isNameAllowed,
  isTypeAllowed,
  isTypeListed,
  maxBytesOf,
  type TenantPolicy,
} from '../domain/policy.js';
import { ok } from '../domain/result.js';

const SHA256 = /^[0-9a-f]{64}$/;

/** What a client may say of a new file, whatever the protocol. */
export interface NewFileInput {
  readonly name: string;
  readonly sizeBytes?: number | undefined;
  readonly contentType?: string | undefined;
  readonly sha256?: string | undefined;
  readonly partSizeBytes?: number | undefined;
  readonly priority?: Priority | undefined;
  readonly metadata?: readonly MetadataEntry[] | undefined;
}

/** The part of a new file that follows from the input alone. */
export type CheckedInput = Pick<File, 'name' | 'declaredType' | 'declaredSha256' | 'priority' | 'metadata'>;

/** Checks everything about a new file that does not depend on the tenant. */
export function checkNewFile(input: NewFileInput): Outcome<CheckedInput> {
  const name = normaliseName(input.name);
  if (!name.ok) return name;
  const metadata = checkMetadata(input.metadata ?? []);
  if (!metadata.ok) return metadata;
  const type = input.contentType === undefined ? ok(null) : checkMediaType(input.contentType);
  if (!type.ok) return type;
  const broken = brokenNumber(input);
  if (broken) return broken;
  return ok({
    name: name.value,
    declaredType: type.value,
    declaredSha256: input.sha256 ?? null,
    priority: input.priority ?? 'INTERACTIVE',
    metadata: metadata.value,
  });
}

function brokenNumber({
  sizeBytes,
  partSizeBytes,
  sha256,
}: NewFileInput): ReturnType<typeof fault> | undefined {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  if (sizeBytes !== undefined && !isCount(sizeBytes)) return wrong('sizeBytes', 'a whole number of bytes');
  if (partSizeBytes !== undefined && !(isCount(partSizeBytes) && partSizeBytes > 0)) {
    return wrong('partSizeBytes', 'a whole number of bytes above zero');
  }
  if (sha256 !== undefined && !SHA256.test(sha256)) {
    return wrong('sha256', '64 lower-case hexadecimal digits');
  }
  return undefined;
}

const wrong = (field: string, rule: string): ReturnType<typeof fault> =>
  fault('BAD_USER_INPUT', { message: `${field} must be ${rule}.`, field });

/** Checks a file against what its tenant accepts. */
export function fitsPolicy(
  policy: TenantPolicy,
  file: Pick<File, 'name' | 'sizeBytes' | 'declaredType'>,
): Outcome<undefined> {
  const limit = longestFile(policy, file.declaredType);
  if ((file.sizeBytes ?? 0) > limit) return tooLarge(limit, { field: 'sizeBytes' });
  const { name, declaredType } = file;
  if (declaredType !== null && !(isTypeAllowed(policy, declaredType) && isTypeListed(policy, declaredType))) {
    return fault('TYPE_NOT_ALLOWED', { field: 'contentType' });
  }
  if (!isNameAllowed(policy, name)) {
    return fault('TYPE_NOT_ALLOWED', {
      message: 'Files with this extension are not accepted.',
      field: 'name',
    });
  }
  return ok(undefined);
}

/** Refuses more bytes than a file may have. */
export const tooLarge = (
  limitBytes: number,
  about: { readonly field?: string } = {},
): ReturnType<typeof fault> =>
  fault('TOO_LARGE', { message: `A file may have at most ${describeBytes(limitBytes)}.`, ...about });

/** Most bytes that a file may have which is said to be of a type; `null` when nothing is said. */
const longestFile = (policy: TenantPolicy, declaredType: string | null): number =>
  Math.min(maxBytesOf(policy, declaredType), MAX_FILE_BYTES);

/** Most bytes that an upload of unknown size may come to: there are no more parts than a store accepts. */
export const longestUpload = (
  policy: TenantPolicy,
  { declaredType, partSizeBytes }: Pick<File, 'declaredType' | 'partSizeBytes'>,
): number => Math.min(longestFile(policy, declaredType), partSizeBytes * MAX_PARTS);
