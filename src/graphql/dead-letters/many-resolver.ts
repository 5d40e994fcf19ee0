import { Arg, Ctx, Directive, Mutation, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { DeadLettersPayloadType, DiscardDeadLettersInput, ReplayDeadLettersInput } from './many-type.js';

/** Decisions over many inspections that were given up, as after an outage. */
@Resolver()
export class DeadLettersResolver {
  constructor(private readonly useCases: Pick<UseCases, 'replayDeadLetters' | 'discardDeadLetters'>) {}

  @Mutation(() => DeadLettersPayloadType, {
    description:
      'Has many files inspected anew whose inspections were given up, each as `replayDeadLetter` does.',
  })
  @Directive(hasPermission('deadletter:manage'))
  async replayDeadLetters(
    @Arg('input', () => ReplayDeadLettersInput, { description: 'Which dead letters.' })
    input: ReplayDeadLettersInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeadLettersPayloadType> {
    return unwrap(await this.useCases.replayDeadLetters(actorOf(context), withoutNulls(input)));
  }

  @Mutation(() => DeadLettersPayloadType, {
    description: 'Lets many dead letters be, each as `discardDeadLetter` does.',
  })
  @Directive(hasPermission('deadletter:manage'))
  async discardDeadLetters(
    @Arg('input', () => DiscardDeadLettersInput, { description: 'Which dead letters, and why.' })
    input: DiscardDeadLettersInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeadLettersPayloadType> {
    return unwrap(await this.useCases.discardDeadLetters(actorOf(context), withoutNulls(input)));
  }
}
