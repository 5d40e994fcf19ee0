import { Field, InputType, Int } from 'type-graphql';
import { SafeIntScalar } from '../scalars/safe-int.js';
import { FindingActionEnum, OversizeRuleEnum } from './enums.js';

/** The limit of a type. */
@InputType('TypeLimitInput', {
  description: 'Largest file of a media type, or of a class of them as `image/*`.',
})
class TypeLimitInput {
  @Field(() => String, { description: 'Media type or class.' })
  readonly type!: string;

  @Field(() => SafeIntScalar, { description: 'Bytes.' })
  readonly maxBytes!: number;
}

/** What a finding is to mean. */
@InputType('FindingRuleInput', { description: 'What a finding is to mean.' })
class FindingRuleInput {
  @Field(() => String, { description: 'Code of the finding, as in docs/findings.md.' })
  readonly code!: string;

  @Field(() => FindingActionEnum, {
    description: 'What it makes of a file. What was not looked into, or never is honest, cannot be allowed.',
  })
  readonly action!: FindingActionEnum;
}

/** What is to be different. */
@InputType('PolicyRulesInput', {
  description:
    'What is to be different; what is left out stays as it is, and a list that is given replaces the old one.',
})
export class PolicyRulesInput {
  @Field(() => SafeIntScalar, { nullable: true, description: 'Largest file, in bytes.' })
  readonly maxFileBytes?: number | null;

  @Field(() => [TypeLimitInput], { nullable: true, description: 'Smaller limits of some types.' })
  readonly maxBytesByType?: TypeLimitInput[] | null;

  @Field(() => [String], { nullable: true, description: 'Types that alone are accepted; empty for all.' })
  readonly allowedTypes?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Types that are refused.' })
  readonly deniedTypes?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Extensions that alone are accepted; empty for all.',
  })
  readonly allowedExtensions?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Extensions that are refused.' })
  readonly deniedExtensions?: string[] | null;

  @Field(() => [FindingRuleInput], { nullable: true, description: 'Findings that mean something else here.' })
  readonly findingActions?: FindingRuleInput[] | null;

  @Field(() => OversizeRuleEnum, { nullable: true, description: 'For files that no scanner takes whole.' })
  readonly oversize?: OversizeRuleEnum | null;
}

/** Changes the policy. */
@InputType('UpdatePolicyInput', { description: 'A new version of the policy.' })
export class UpdatePolicyInput {
  @Field(() => Int, {
    description: 'The version that is to be replaced; CONFLICT when there is a newer one.',
  })
  readonly expectedVersion!: number;

  @Field(() => String, { description: 'Why, in words; up to 2,000 characters.' })
  readonly reason!: string;

  @Field(() => PolicyRulesInput, { nullable: true, description: 'What is to be different.' })
  readonly rules?: PolicyRulesInput | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Begins with this version instead of the expected one; without rules that goes back to it.',
  })
  readonly fromVersion?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The same key and input give the same effect once, and the same answer.',
  })
  readonly idempotencyKey?: string | null;
}

/** Tries a policy. */
@InputType('PolicyDryRunInput', { description: 'Which rules to try, and on how many files.' })
export class PolicyDryRunInput {
  @Field(() => PolicyRulesInput, { nullable: true, description: 'What is to be different.' })
  readonly policy?: PolicyRulesInput | null;

  @Field(() => Int, { nullable: true, description: 'Begins with this version instead of the newest.' })
  readonly fromVersion?: number | null;

  @Field(() => Int, { nullable: true, defaultValue: 100, description: 'How many files, 1 to 1,000.' })
  readonly last?: number | null;
}
