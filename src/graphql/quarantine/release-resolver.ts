import { Arg, Ctx, Directive, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { isInForce, type Release } from '../../domain/release.js';
import type { Clock } from '../../ports/clock.js';
import type { GraphqlContext } from '../context.js';
import { unwrap } from '../errors.js';
import { actorOf } from '../permission/demand.js';
import { hasPermission } from '../permission/has-permission.js';
import type { UseCases } from '../use-cases.js';
import { withoutNulls } from '../without-nulls.js';
import { ForensicUrlPayloadType } from './forensic-type.js';
import {
  ApproveReleaseInput,
  CreateForensicUrlInput,
  DEFAULT_FORENSIC_TTL_SECONDS,
  EndReleaseInput,
  RequestReleaseInput,
} from './inputs.js';
import { ReleasePayloadType, ReleaseType } from './release-type.js';

type Releasing = Pick<
  UseCases,
  'requestRelease' | 'approveRelease' | 'refuseRelease' | 'endRelease' | 'createForensicUrl'
>;

/** The two ways out of the quarantine: released by two people, or locked in a zip. */
@Resolver(() => ReleaseType)
export class ReleaseResolver {
  constructor(
    private readonly useCases: Releasing,
    private readonly clock: Clock,
  ) {}

  @Mutation(() => ReleasePayloadType, {
    description: 'Asks somebody else to let infected content out for a while.',
  })
  @Directive(hasPermission('quarantine:request-release'))
  async requestRelease(
    @Arg('input', () => RequestReleaseInput, { description: 'Which file, why, and until when.' })
    input: RequestReleaseInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ReleasePayloadType> {
    return { release: unwrap(await this.useCases.requestRelease(actorOf(context), withoutNulls(input))) };
  }

  @Mutation(() => ReleasePayloadType, {
    description:
      'Lets infected content out until the release expires. Who asked for it never may, whatever their roles.',
  })
  @Directive(hasPermission('quarantine:approve-release'))
  async approveRelease(
    @Arg('input', () => ApproveReleaseInput, { description: 'Which release.' }) input: ApproveReleaseInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ReleasePayloadType> {
    return { release: unwrap(await this.useCases.approveRelease(actorOf(context), withoutNulls(input))) };
  }

  @Mutation(() => ReleasePayloadType, { description: 'Refuses what somebody else asked for.' })
  @Directive(hasPermission('quarantine:approve-release'))
  async refuseRelease(
    @Arg('input', () => EndReleaseInput, { description: 'Which release, and why.' }) input: EndReleaseInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ReleasePayloadType> {
    return { release: unwrap(await this.useCases.refuseRelease(actorOf(context), withoutNulls(input))) };
  }

  @Mutation(() => ReleasePayloadType, {
    description: 'Ends a release at once, or takes a request back. One person is enough for that.',
  })
  @Directive(hasPermission('quarantine:request-release'))
  async endRelease(
    @Arg('input', () => EndReleaseInput, { description: 'Which release, and why.' }) input: EndReleaseInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ReleasePayloadType> {
    return { release: unwrap(await this.useCases.endRelease(actorOf(context), withoutNulls(input))) };
  }

  @Mutation(() => ForensicUrlPayloadType, {
    description: 'Gives out a short-lived URL for infected content in a zip with a password.',
  })
  @Directive(hasPermission('quarantine:download'))
  async createForensicUrl(
    @Arg('input', () => CreateForensicUrlInput, { description: 'Which file.' }) input: CreateForensicUrlInput,
    @Ctx() context: GraphqlContext,
  ): Promise<ForensicUrlPayloadType> {
    const { fileId, encryption, ttlSeconds } = input;
    const wanted = {
      fileId,
      encryption: encryption ?? 'ZIP_CRYPTO',
      ttlSeconds: ttlSeconds ?? DEFAULT_FORENSIC_TTL_SECONDS,
    };
    return unwrap(await this.useCases.createForensicUrl(actorOf(context), wanted));
  }

  @FieldResolver(() => Boolean, { description: 'Whether it lets the content out at this moment.' })
  inForce(@Root() release: Release): boolean {
    return isInForce(release, this.clock.now());
  }
}
