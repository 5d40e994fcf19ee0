import type { Plugin } from '@envelop/core';
import type { GraphqlContext } from './context.js';
import { unwrap } from './errors.js';
import type { PublishError } from './use-public-errors.js';

/**
 * Lets queries and mutations begin with what the roles allow now: a connection may be much older than its operation, and
 * its user may have lost a role since, or everything. Subscriptions ask by themselves, again for every event.
 */
export const useCurrentActor = (publish: PublishError): Plugin => ({
  onExecute: async ({ args, setResultAndStopExecution }) => {
    const context = args.contextValue as unknown as GraphqlContext;
    if (!context.session) return;
    try {
      unwrap(await context.session.current());
    } catch (error) {
      setResultAndStopExecution({ errors: [publish(error, context)] });
    }
  },
});
