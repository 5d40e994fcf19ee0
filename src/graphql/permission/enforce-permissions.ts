import { getDirective, mapSchema, MapperKind } from '@graphql-tools/utils';
import {
  defaultFieldResolver,
  type GraphQLFieldConfig,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { isPermission, type Permission } from '../../domain/permissions.js';
import type { Clock } from '../../ports/clock.js';
import type { GraphqlContext } from '../context.js';
import { demand, demandNow } from './demand.js';
import { guardSource } from './guard-source.js';
import { HAS_PERMISSION } from './has-permission.js';

type Field = GraphQLFieldConfig<unknown, GraphqlContext>;

/**
 * Puts the check of `@hasPermission` in front of every resolver that needs it. A root field without the
 * directive still needs an actor. Subscriptions are refused at subscribe and checked again for every event.
 */
export function enforcePermissions(schema: GraphQLSchema, clock: Clock): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field: Field, _name, typeName) => {
      const type = schema.getType(typeName) as GraphQLObjectType;
      const needed = [...permissionsOf(schema, field), ...permissionsOf(schema, type)];
      if (type === schema.getSubscriptionType()) return guardSubscription(field, needed, clock);
      const isRoot = type === schema.getQueryType() || type === schema.getMutationType();
      return isRoot || needed.length > 0 ? guardField(field, needed) : field;
    },
  });
}

function permissionsOf(schema: GraphQLSchema, node: Field | GraphQLObjectType): Permission[] {
  return (getDirective(schema, node, HAS_PERMISSION) ?? []).map(({ permission }) => {
    if (typeof permission === 'string' && isPermission(permission)) return permission;
    throw new Error(`@${HAS_PERMISSION} names an unknown permission: ${String(permission)}`);
  });
}

function guardField(field: Field, needed: readonly Permission[]): Field {
  const resolve = field.resolve ?? defaultFieldResolver;
  return {
    ...field,
    resolve: (source, args, context, info) => {
      demand(context, needed);
      return resolve(source, args, context, info);
    },
  };
}

function guardSubscription(field: Field, needed: readonly Permission[], clock: Clock): Field {
  const { subscribe, resolve = defaultFieldResolver } = field;
  if (!subscribe) throw new Error('A field of Subscription has no source of events.');
  return {
    ...field,
    subscribe: async (source, args, context, info) => {
      await demandNow(context, needed);
      const events = (await subscribe(source, args, context, info)) as AsyncIterable<unknown>;
      return guardSource(events, () => demandNow(context, needed), clock);
    },
    resolve: async (event, args, context, info) => {
      await demandNow(context, needed);
      return resolve(event, args, context, info);
    },
  };
}
