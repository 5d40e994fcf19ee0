import { authorise, type Actor } from '../../domain/actor.js';
import { fault, type Outcome } from '../../domain/errors.js';
import { checkReason } from '../../domain/new-release.js';
import type { PolicyVersion } from '../../domain/policy.js';
import { ok } from '../../domain/result.js';
import type { FileStore, FileTransaction } from '../../ports/file-store.js';
import { idempotentlyAs, type AnswerCodec } from '../idempotent.js';
import { wishedRules, type OtherRules } from './wished-rules.js';

/** What changing a policy needs. */
export interface UpdatePolicyDeps {
  readonly files: FileStore;
  readonly settings: { readonly idempotencyTtlSeconds: number };
}

/** Which rules from now on, instead of which, and why. */
export interface UpdatePolicyInput extends OtherRules {
  /** The version that whoever asks has seen. */
  readonly expectedVersion: number;
  readonly reason: string;
  readonly idempotencyKey?: string | undefined;
}

/**
 * Adds a version of the tenant's policy, which holds for every decision from the commit on. Nothing that was decided is
 * decided anew.
 *
 * @returns BAD_USER_INPUT with the field at fault; CONFLICT when the expected version is not the newest
 */
export const updatePolicy =
  ({ files, settings }: UpdatePolicyDeps) =>
  async (actor: Actor, input: UpdatePolicyInput): Promise<Outcome<PolicyVersion>> => {
    const allowed = authorise(actor, 'policy:manage');
    if (!allowed.ok) return allowed;
    const ttlSeconds = settings.idempotencyTtlSeconds;
    const request = { actor, operation: 'updatePolicy', input, ttlSeconds };
    return files.transact(actor, (tx) => idempotentlyAs(POLICY_CODEC, tx, request, () => add(tx, input)));
  };

async function add(tx: FileTransaction, input: UpdatePolicyInput): Promise<Outcome<PolicyVersion>> {
  const reason = checkReason(input.reason);
  if (!reason.ok) return reason;
  const current = await tx.currentPolicy();
  if (current.version !== input.expectedVersion) return changed(current.version);
  const rules = await wishedRules(tx, current, input);
  if (!rules.ok) return rules;
  const version = current.version + 1;
  const added = await tx.insertPolicy({ version, rules: rules.value, reason: reason.value });
  return added ? ok(added) : changed(version);
}

const changed = (version: number): ReturnType<typeof fault> =>
  fault('CONFLICT', {
    message: `The policy has version ${String(version)} by now.`,
    field: 'expectedVersion',
  });

const POLICY_CODEC: AnswerCodec<PolicyVersion> = {
  freeze: (policy) => JSON.parse(JSON.stringify(policy)) as unknown,
  thaw: (json) => {
    const policy = json as Omit<PolicyVersion, 'createdAt'> & { readonly createdAt: string | null };
    return { ...policy, createdAt: policy.createdAt === null ? null : new Date(policy.createdAt) };
  },
};
