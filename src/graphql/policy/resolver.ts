import { Arg, Ctx, Directive, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { PolicyWish } from '../../domain/check-policy.js';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { PolicyDryRunType, toDryRunType } from './dry-run-type.js';
import { PolicyDryRunInput, UpdatePolicyInput, type PolicyRulesInput } from './inputs.js';
import { PolicyPayloadType, PolicyType, toPolicyType } from './type.js';

const DEFAULT_PAGE_SIZE = 20;
const DEFAULT_FILES = 100;

/** What a tenant has decided for its files. */
@Resolver()
export class PolicyResolver {
  constructor(
    private readonly useCases: Pick<
      UseCases,
      'getPolicy' | 'policyHistory' | 'updatePolicy' | 'dryRunPolicy'
    >,
  ) {}

  @Query(() => PolicyType, { description: 'The policy of the tenant as it is now.' })
  @Directive(hasPermission('policy:read'))
  async policy(@Ctx() context: GraphqlContext): Promise<PolicyType> {
    return toPolicyType(unwrap(await this.useCases.getPolicy(actorOf(context))));
  }

  @Query(() => [PolicyType], { description: 'Versions of the policy, newest first; none is ever removed.' })
  @Directive(hasPermission('policy:read'))
  async policyHistory(
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE_SIZE,
      description: 'How many versions, 1 to 100.',
    })
    first: number | null,
    @Arg('before', () => Int, { nullable: true, description: 'Only versions before this one.' })
    before: number | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<PolicyType[]> {
    const page = { first: first ?? DEFAULT_PAGE_SIZE, ...(before != null && { before }) };
    return unwrap(await this.useCases.policyHistory(actorOf(context), page)).map(toPolicyType);
  }

  @Query(() => PolicyDryRunType, {
    description: 'What another policy would have decided over the files that were decided over last.',
  })
  @Directive(hasPermission('policy:read'))
  async policyDryRun(
    @Arg('input', () => PolicyDryRunInput, { description: 'Which rules, and how many files.' })
    input: PolicyDryRunInput,
    @Ctx() context: GraphqlContext,
  ): Promise<PolicyDryRunType> {
    const { policy, fromVersion, last } = input;
    const run = { ...rulesOf(policy, fromVersion), last: last ?? DEFAULT_FILES };
    return toDryRunType(unwrap(await this.useCases.dryRunPolicy(actorOf(context), run)));
  }

  @Mutation(() => PolicyPayloadType, {
    description:
      'Adds a version of the policy. It holds for every decision that follows, and for none that was made.',
  })
  @Directive(hasPermission('policy:manage'))
  async updatePolicy(
    @Arg('input', () => UpdatePolicyInput, { description: 'What is to be different, and why.' })
    input: UpdatePolicyInput,
    @Ctx() context: GraphqlContext,
  ): Promise<PolicyPayloadType> {
    const { rules, fromVersion, ...rest } = input;
    const change = { ...withoutNulls(rest), ...rulesOf(rules, fromVersion) };
    return { policy: toPolicyType(unwrap(await this.useCases.updatePolicy(actorOf(context), change))) };
  }
}

const rulesOf = (
  rules: PolicyRulesInput | null | undefined,
  fromVersion: number | null | undefined,
): { readonly rules?: PolicyWish; readonly fromVersion?: number } => ({
  ...(rules && { rules: withoutNulls(rules) }),
  ...(fromVersion != null && { fromVersion }),
});
