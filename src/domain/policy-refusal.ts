import { describeBytes } from './describe-bytes.js';
import type { File } from './file.js';
import { isNameAllowed, isTypeAllowed, isTypeListed, limitsOfType, type PolicyRules } from './policy.js';

/** What the bytes of a file are. */
interface Content {
  readonly sizeBytes: number;
  /** By magic bytes. */
  readonly detectedType: string | null;
  /** Also by what lies in a container. */
  readonly contentType: string | null;
}

/** Why rules do not accept a file. */
export interface Refusal {
  readonly reason: 'TYPE_NOT_ALLOWED' | 'TOO_LARGE';
  readonly detail: string;
}

/**
 * Why rules do not accept a file whose bytes are known: what it is said to be, what its name says and what it is all
 * have to be accepted. What rules refuse they refuse by whatever type names the file; what they list has to be its true type.
 */
export function refusalOf(
  { name, declaredType }: Pick<File, 'name' | 'declaredType'>,
  { sizeBytes, detectedType, contentType }: Content,
  rules: PolicyRules,
): Refusal | undefined {
  const types = [detectedType, contentType, declaredType].filter((type) => type !== null);
  const denied = types.find((type) => !isTypeAllowed(rules, type));
  if (denied !== undefined) return { reason: 'TYPE_NOT_ALLOWED', detail: denied };
  const trueType = contentType ?? detectedType;
  const listed = [trueType, declaredType].filter((type) => type !== null);
  const unlisted = listed.find((type) => !isTypeListed(rules, type));
  if (unlisted !== undefined) return { reason: 'TYPE_NOT_ALLOWED', detail: unlisted };
  if (listed.length === 0 && rules.allowedTypes.length > 0) {
    return { reason: 'TYPE_NOT_ALLOWED', detail: 'Nothing says what the file is.' };
  }
  if (!isNameAllowed(rules, name)) {
    return { reason: 'TYPE_NOT_ALLOWED', detail: 'The extension of the name.' };
  }
  const limit = Math.min(rules.maxFileBytes, ...types.flatMap((type) => limitsOfType(rules, type)));
  if (sizeBytes <= limit) return undefined;
  return { reason: 'TOO_LARGE', detail: `A file of this type may have at most ${describeBytes(limit)}.` };
}
