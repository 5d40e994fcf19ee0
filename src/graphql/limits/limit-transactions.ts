import { mapSchema, MapperKind } from '@graphql-tools/utils';
import { bulkhead, type BulkheadPolicy } from 'cockatiel';
import { defaultFieldResolver, type GraphQLFieldConfig, type GraphQLSchema } from 'graphql';
import type { GraphqlContext } from '../context.js';
import { LIMITS } from './limits.js';
import { hasOwnTransaction } from './own-transaction.js';

type Field = GraphQLFieldConfig<unknown, GraphqlContext>;

/**
 * Lets the fields of one operation that take transactions run a few at a time, so that none has all connections of the pool:
 * those of Query, and those that are marked with `@ownTransaction`. The others wait, as many as the limits let pass.
 */
export function limitTransactions(schema: GraphQLSchema): GraphQLSchema {
  const limitOf = limitPerOperation();
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field: Field, _name, typeName) =>
      typeName === schema.getQueryType()?.name || hasOwnTransaction(field) ? limited(field, limitOf) : field,
  });
}

type LimitOf = (context: GraphqlContext) => BulkheadPolicy;

/** Every operation has a context of its own, on every transport. */
function limitPerOperation(): LimitOf {
  const limits = new WeakMap<GraphqlContext, BulkheadPolicy>();
  return (context) => {
    const limit = limits.get(context) ?? bulkhead(LIMITS.transactions, LIMITS.cost);
    limits.set(context, limit);
    return limit;
  };
}

function limited(field: Field, limitOf: LimitOf): Field {
  const resolve = field.resolve ?? defaultFieldResolver;
  return {
    ...field,
    resolve: (source, args, context, info) =>
      limitOf(context).execute((): unknown => resolve(source, args, context, info)),
  };
}
