import './no-metadata.js';
import { specifiedDirectives, type GraphQLSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import type { Clock } from '../ports/clock.js';
import { DeadLettersResolver } from './dead-letters/many-resolver.js';
import { DeadLetterResolver } from './dead-letters/resolver.js';
import { DownloadResolver } from './download/resolver.js';
import { createEventsResolver } from './events/resolver.js';
import { FileResolver } from './file/resolver.js';
import { limitTransactions } from './limits/limit-transactions.js';
import { ownTransactionDirective } from './limits/own-transaction.js';
import { enforcePermissions } from './permission/enforce-permissions.js';
import { hasPermissionDirective } from './permission/has-permission.js';
import { PolicyResolver } from './policy/resolver.js';
import { PossessionResolver } from './possession/resolver.js';
import { createQuarantineEventsResolver } from './quarantine/events-resolver.js';
import { ReleaseResolver } from './quarantine/release-resolver.js';
import { FileQuarantineResolver, QuarantineResolver } from './quarantine/resolver.js';
import { RescanResolver } from './rescan/resolver.js';
import { FileSagaResolver } from './saga/resolver.js';
import { S3UploadResolver } from './upload/s3-resolver.js';
import { UploadResolver } from './upload/resolver.js';
import { FileUploadResolver, UploadStatusResolver } from './upload/status-resolver.js';
import { WholeFileResolver } from './upload/whole-file-resolver.js';
import type { UseCases } from './use-cases.js';
import { ViewerResolver } from './viewer/resolver.js';

/**
 * Builds the executable schema: resolvers over use-cases, a few of them at a time, with permissions enforced in front
 * of them.
 */
export async function buildLazaretSchema(useCases: UseCases, clock: Clock): Promise<GraphQLSchema> {
  const resolvers = [
    new FileResolver(useCases),
    new UploadResolver(useCases),
    new S3UploadResolver(useCases),
    new FileUploadResolver(useCases),
    new UploadStatusResolver(),
    new WholeFileResolver(useCases),
    new PossessionResolver(useCases),
    new DownloadResolver(useCases),
    new RescanResolver(useCases),
    new PolicyResolver(useCases),
    new DeadLetterResolver(useCases),
    new DeadLettersResolver(useCases),
    new QuarantineResolver(useCases),
    new FileQuarantineResolver(useCases),
    new FileSagaResolver(useCases),
    new ReleaseResolver(useCases, clock),
    new ViewerResolver(useCases),
    new (createEventsResolver(useCases))(),
    new (createQuarantineEventsResolver(useCases))(),
  ];
  const instances = new Map<unknown, object>(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const [first, ...others] = [...resolvers.map((resolver) => resolver.constructor)];
  if (!first) throw new Error('There are no resolvers.');
  const schema = await buildSchema({
    resolvers: [first, ...others],
    container: { get: (resolver) => instances.get(resolver) },
    directives: [...specifiedDirectives, hasPermissionDirective, ownTransactionDirective],
    validate: false,
    pubSub: noPubSub,
  });
  return enforcePermissions(limitTransactions(schema), clock);
}

/** Demanded by type-graphql; every subscription here opens a source of its own. */
const noPubSub = {
  publish: (topic: string): never => {
    throw new Error(`Nothing is published through the schema, not even ${topic}.`);
  },
  subscribe: (topic: string): never => {
    throw new Error(`No subscription has a topic, not even ${topic}.`);
  },
};
