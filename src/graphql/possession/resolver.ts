import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { ChallengePossessionInput, ProvePossessionInput } from './inputs.js';
import { PossessionChallengeType, ProvePossessionPayloadType } from './type.js';

/** Files without a transfer, for who holds bytes that are stored already. */
@Resolver()
export class PossessionResolver {
  constructor(private readonly useCases: Pick<UseCases, 'askPossession' | 'provePossession'>) {}

  @Mutation(() => PossessionChallengeType, {
    description: 'Asks before sending: gives out a challenge, whether or not the bytes are stored.',
  })
  @Directive(hasPermission('file:upload'))
  async challengePossession(
    @Arg('input', () => ChallengePossessionInput, { description: 'Which bytes.' })
    input: ChallengePossessionInput,
    @Ctx() context: GraphqlContext,
  ): Promise<PossessionChallengeType> {
    return unwrap(await this.useCases.askPossession(actorOf(context), input));
  }

  @Mutation(() => ProvePossessionPayloadType, {
    description:
      'Makes a file of bytes that the tenant has stored, for who proves to hold them. Anything else is SEND_BYTES.',
  })
  @Directive(hasPermission('file:upload'))
  async provePossession(
    @Arg('input', () => ProvePossessionInput, { description: 'The proof.' }) input: ProvePossessionInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ProvePossessionPayloadType> {
    const result = unwrap(await this.useCases.provePossession(actorOf(context), withoutNulls(input)));
    return result.kind === 'stored'
      ? { outcome: 'STORED', file: result.file }
      : { outcome: 'SEND_BYTES', file: null };
  }
}
