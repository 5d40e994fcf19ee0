import { Arg, Directive, ID, Resolver, Root, Subscription } from 'type-graphql';
import { encodeCursor } from '../../domain/cursor.js';
import type { FileEvent } from '../../domain/events.js';
import type { FileState } from '../../domain/file-state.js';
import { traceFile, withTraceparent } from '../../observability/tracing.js';
import type { UploadProgress } from '../../usecases/watch-upload.js';
import type { GraphqlContext } from '../context.js';
import { FileStateEnum } from '../file/enums.js';
import { hasPermission } from '../permission/has-permission.js';
import { CursorScalar } from '../scalars/cursor.js';
import type { UseCases } from '../use-cases.js';
import { openSource } from './open-source.js';
import { FileEventType, UploadProgressType } from './type.js';

/** What `subscribe` of type-graphql is given, in place of an instance. */
interface Subscribing<Args> {
  readonly args: Args;
  readonly context: GraphqlContext;
}

const PROGRESS =
  'The current state first, then every change, monotonic, and completes after the terminal state.';
const EVENTS =
  'Every change of state in the tenant, in order, none missed and none twice: from `after`, or from now.';

interface FileEventsArgs {
  readonly after?: string | null;
  readonly states?: readonly FileState[] | null;
}

/**
 * Makes the resolver of the subscriptions. A class inside a function, because type-graphql opens a source
 * without an instance that could hold the use-cases.
 */
export function createEventsResolver(
  useCases: Pick<UseCases, 'watchUpload' | 'watchFileEvents'>,
): new () => object {
  const progressOf = ({ args, context }: Subscribing<{ fileId: string }>) =>
    openSource(context, (actor, signal) => useCases.watchUpload(actor, args.fileId, signal));

  const eventsFrom = ({ args: { after, states }, context }: Subscribing<FileEventsArgs>) =>
    openSource(context, (actor, signal) =>
      useCases.watchFileEvents(actor, { after: after ?? undefined, states: states ?? undefined }, signal),
    );

  @Resolver()
  class EventsResolver {
    @Subscription(() => UploadProgressType, {
      description: PROGRESS,
      subscribe: (data) => progressOf(data as Subscribing<{ fileId: string }>),
    })
    @Directive(hasPermission('file:read'))
    uploadProgress(
      @Root() progress: UploadProgress,
      @Arg('fileId', () => ID, { description: 'The file to watch.' }) _fileId: string,
    ): UploadProgress {
      return progress;
    }

    @Subscription(() => FileEventType, {
      description: EVENTS,
      subscribe: (data) => eventsFrom(data as Subscribing<FileEventsArgs>),
    })
    @Directive(hasPermission('file:read'))
    fileEvents(
      @Root() event: FileEvent,
      @Arg('after', () => CursorScalar, { nullable: true, description: 'The last event that was seen.' })
      _after: string | null | undefined,
      @Arg('states', () => [FileStateEnum], { nullable: true, description: 'Only changes to these states.' })
      _states: FileState[] | null | undefined,
    ): Promise<FileEventType> {
      return deliver(event);
    }
  }
  return EventsResolver;
}

/** Each delivery is a span of the trace that caused the event, also where that began in another process. */
const deliver = (event: FileEvent): Promise<FileEventType> =>
  withTraceparent(event.traceparent, 'deliver file event', () => {
    traceFile({ tenantId: event.file.tenantId, fileId: event.file.id });
    return Promise.resolve({ ...event, cursor: encodeCursor(event.sequence) });
  });
