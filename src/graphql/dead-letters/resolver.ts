import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { MAX_PAGE_SIZE } from '../limits/limits.js';
import { OWN_TRANSACTION } from '../limits/own-transaction.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { DeadLetterFilterInput, DiscardDeadLetterInput, ReplayDeadLetterInput } from './inputs.js';
import {
  DeadLetterConnectionType,
  DeadLetterPayloadType,
  DeadLetterType,
  FailedAttemptType,
  toDeadLetter,
  toDeadLetterConnection,
} from './type.js';

const DEFAULT_PAGE_SIZE = 50;

type DeadLetterUseCases = Pick<
  UseCases,
  'listDeadLetters' | 'getDeadLetter' | 'deadLetterAttempts' | 'replayDeadLetter' | 'discardDeadLetter'
>;

/** Inspections that were given up. */
@Resolver(() => DeadLetterType)
export class DeadLetterResolver {
  constructor(private readonly useCases: DeadLetterUseCases) {}

  @Query(() => DeadLetterConnectionType, {
    description: 'A page of the inspections of the tenant that were given up, newest first.',
  })
  @Directive(hasPermission('deadletter:read'))
  async deadLetters(
    @Arg('filter', () => DeadLetterFilterInput, {
      nullable: true,
      description: 'Which dead letters; all when left out.',
    })
    filter: DeadLetterFilterInput | null | undefined,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE_SIZE,
      description: `Size of the page, 1 to ${String(MAX_PAGE_SIZE)}.`,
    })
    first: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description: 'Cursor of the last dead letter of the page before.',
    })
    after: string | null | undefined,
    @Ctx() context: GraphqlContext,
  ): Promise<DeadLetterConnectionType> {
    const page = await this.useCases.listDeadLetters(actorOf(context), {
      ...(filter && { filter: withoutNulls(filter) }),
      first: first ?? DEFAULT_PAGE_SIZE,
      ...(after != null && { after }),
    });
    return toDeadLetterConnection(unwrap(page));
  }

  @Query(() => DeadLetterType, {
    nullable: true,
    description: 'One dead letter; null for an id that the tenant does not have.',
  })
  @Directive(hasPermission('deadletter:read'))
  async deadLetter(
    @Arg('id', () => ID, { description: 'The dead letter.' }) id: string,
    @Ctx() context: GraphqlContext,
  ): Promise<DeadLetterType | null> {
    const found = unwrap(await this.useCases.getDeadLetter(actorOf(context), id));
    return found && toDeadLetter(found);
  }

  @FieldResolver(() => [FailedAttemptType], {
    description: 'The attempts before it that ended without a verdict, oldest first; the newest hundred.',
  })
  @Directive(hasPermission('deadletter:read'))
  @Directive(OWN_TRANSACTION)
  async attempts(
    @Root() { letter }: DeadLetterType,
    @Ctx() context: GraphqlContext,
  ): Promise<readonly FailedAttemptType[]> {
    return unwrap(await this.useCases.deadLetterAttempts(actorOf(context), letter));
  }

  @Mutation(() => DeadLetterPayloadType, {
    description: 'Has a file inspected anew whose inspection was given up: it is SCANNING again.',
  })
  @Directive(hasPermission('deadletter:manage'))
  async replayDeadLetter(
    @Arg('input', () => ReplayDeadLetterInput, { description: 'Which dead letter.' })
    input: ReplayDeadLetterInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeadLetterPayloadType> {
    const decided = unwrap(await this.useCases.replayDeadLetter(actorOf(context), withoutNulls(input)));
    return { deadLetter: toDeadLetter(decided) };
  }

  @Mutation(() => DeadLetterPayloadType, {
    description: 'Lets a dead letter be: the file stays UNSCANNABLE, and its bytes are removed.',
  })
  @Directive(hasPermission('deadletter:manage'))
  async discardDeadLetter(
    @Arg('input', () => DiscardDeadLetterInput, { description: 'Which dead letter, and why.' })
    input: DiscardDeadLetterInput,
    @Ctx() context: GraphqlContext,
  ): Promise<DeadLetterPayloadType> {
    const decided = unwrap(await this.useCases.discardDeadLetter(actorOf(context), withoutNulls(input)));
    return { deadLetter: toDeadLetter(decided) };
  }
}
