import { Field, Int, ObjectType } from 'type-graphql';
import type { PolicyVersion } from '../../domain/policy.js';
import { earlierPolicyVersionsOf, policyVersionOf } from '../../usecases/policy-version.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { SafeIntScalar } from '../scalars/safe-int.js';
import { TypeLimitType } from '../viewer/quota-type.js';
import { FindingActionEnum, OversizeRuleEnum } from './enums.js';

/** What one finding means. */
@ObjectType('FindingRule', { description: 'What a finding means in this tenant.' })
class FindingRuleType {
  @Field(() => String, { description: 'Code of the finding.' })
  readonly code!: string;

  @Field(() => FindingActionEnum, { description: 'What it makes of a file.' })
  readonly action!: string;
}

/** One version of a tenant's policy. */
@ObjectType('Policy', { description: 'One version of what a tenant has decided for its files.' })
export class PolicyType {
  @Field(() => Int, { description: '1, 2, 3 ...; zero is what every tenant begins with.' })
  readonly version!: number;

  @Field(() => String, {
    description: 'Names the rules by what they say; Verdict.policyVersion and receipts have it.',
  })
  readonly digest!: string;

  @Field(() => [String], {
    description:
      'What verdicts and receipts call the same rules that rest on earlier analyses, newest first.',
  })
  readonly earlierDigests!: readonly string[];

  @Field(() => SafeIntScalar, { description: 'Largest file; the ceiling of the operator may be less.' })
  readonly maxFileBytes!: number;

  @Field(() => [TypeLimitType], { description: 'Smaller limits of some types.' })
  readonly maxBytesByType!: readonly TypeLimitType[];

  @Field(() => [String], { description: 'Types that alone are accepted; empty for all.' })
  readonly allowedTypes!: readonly string[];

  @Field(() => [String], { description: 'Types that are refused.' })
  readonly deniedTypes!: readonly string[];

  @Field(() => [String], { description: 'Extensions that alone are accepted; empty for all.' })
  readonly allowedExtensions!: readonly string[];

  @Field(() => [String], { description: 'Extensions that are refused.' })
  readonly deniedExtensions!: readonly string[];

  @Field(() => [FindingRuleType], { description: 'Findings that mean something else here than by default.' })
  readonly findingActions!: readonly FindingRuleType[];

  @Field(() => OversizeRuleEnum, { description: 'What becomes of files that no scanner takes whole.' })
  readonly oversize!: string;

  @Field(() => String, { nullable: true, description: 'Who added the version; null for version zero.' })
  readonly createdBy!: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When.' })
  readonly createdAt!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why, in words.' })
  readonly reason!: string | null;
}

/** The answer of `updatePolicy`. */
@ObjectType('PolicyPayload', { description: 'The policy as the mutation left it.' })
export class PolicyPayloadType {
  @Field(() => PolicyType, { description: 'The new version.' })
  readonly policy!: PolicyType;
}

/** A version as the API shows it. */
export function toPolicyType({ rules, ...version }: PolicyVersion): PolicyType {
  const limits = Object.entries(rules.maxBytesByType).map(([type, maxBytes]) => ({ type, maxBytes }));
  const actions = Object.entries(rules.findingActions).map(([code, action]) => ({ code, action }));
  const names = { digest: policyVersionOf(rules), earlierDigests: earlierPolicyVersionsOf(rules) };
  return { ...version, ...rules, ...names, maxBytesByType: limits, findingActions: actions };
}
