import type { Authenticate } from '../../graphql/context.js';
import type { Engine } from '../../graphql/engine.js';
import type { Logger } from '../../observability/logger.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Clock } from '../../ports/clock.js';
import type { ConnectionCaps } from './connection-caps.js';

/** What every transport of GraphQL needs. */
export interface GraphqlDeps {
  readonly engine: Engine;
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What the transports need whose connections stay open. */
export interface GraphqlStreamDeps extends GraphqlDeps {
  /** One for both transports of a process. */
  readonly caps: ConnectionCaps;
  readonly metrics: Pick<Metrics, 'connections'>;
}
