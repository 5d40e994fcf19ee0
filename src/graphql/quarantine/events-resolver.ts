import { Arg, Directive, Resolver, Root, Subscription } from 'type-graphql';
import type { QuarantineEvent } from '../../domain/quarantine-event.js';
import type { GraphqlContext } from '../context.js';
import { openSource } from '../events/open-source.js';
import { hasPermission } from '../permission/has-permission.js';
import { CursorScalar } from '../scalars/cursor.js';
import type { UseCases } from '../use-cases.js';
import { QuarantineEventType, toEventType } from './event-type.js';

interface Subscribing {
  readonly args: { readonly after?: string | null };
  readonly context: GraphqlContext;
}

/** Makes the resolver of the subscription; a class inside a function, as that of the other subscriptions. */
export function createQuarantineEventsResolver(
  useCases: Pick<UseCases, 'watchQuarantine'>,
): new () => object {
  const eventsFrom = ({ args, context }: Subscribing) =>
    openSource(context, (actor, signal) => useCases.watchQuarantine(actor, args.after ?? undefined, signal));

  @Resolver()
  class QuarantineEventsResolver {
    @Subscription(() => QuarantineEventType, {
      description:
        "Everything that happens in the tenant's quarantine, in order, none missed and none twice: from `after`, or from now.",
      subscribe: (data) => eventsFrom(data as Subscribing),
    })
    @Directive(hasPermission('quarantine:read'))
    quarantineEvents(
      @Root() event: QuarantineEvent,
      @Arg('after', () => CursorScalar, { nullable: true, description: 'The last event that was seen.' })
      _after: string | null | undefined,
    ): QuarantineEventType {
      return toEventType(event);
    }
  }
  return QuarantineEventsResolver;
}
