import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, parse, subscribe, type GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import type { Permission } from '../../../src/domain/permissions.js';
import type { GraphqlContext } from '../../../src/graphql/context.js';
import { enforcePermissions } from '../../../src/graphql/permission/enforce-permissions.js';
import { createSession } from '../../../src/graphql/session.js';
import { fakeIdentities } from '../../support/fake-identities.js';

const clock = createSystemClock();
const correlation = { correlationId: 'test' };

const TYPES = `
  directive @hasPermission(permission: String!) on FIELD_DEFINITION | OBJECT
  type Query {
    open: String
    guarded: String @hasPermission(permission: "file:read")
    nested: Nested
    secret: Secret
  }
  type Nested { plain: String, guarded: String @hasPermission(permission: "file:download") }
  type Secret @hasPermission(permission: "file:delete") { a: String }
  type Mutation { guarded: String @hasPermission(permission: "file:upload") }
  type Subscription { guarded: String @hasPermission(permission: "file:read") }
`;

/** A schema in which every kind of field can be guarded, and what ran in it. */
function makeSchema(): { schema: GraphQLSchema; ran: string[] } {
  const ran: string[] = [];
  const field = (name: string) => () => {
    ran.push(name);
    return name;
  };
  const schema = makeExecutableSchema({
    typeDefs: TYPES,
    resolvers: {
      Query: { open: field('open'), guarded: field('query'), nested: () => ({}), secret: () => ({}) },
      Nested: { plain: field('plain'), guarded: field('field') },
      Secret: { a: field('object') },
      Mutation: { guarded: field('mutation') },
      Subscription: {
        guarded: {
          async *subscribe() {
            ran.push('source');
            yield { guarded: 'event' };
          },
        },
      },
    },
  });
  return { schema: enforcePermissions(schema, clock), ran };
}

async function contextWith(permissions: readonly Permission[] | null): Promise<GraphqlContext> {
  const context: GraphqlContext = { correlation, transport: 'http', signal: new AbortController().signal };
  if (!permissions) return context;
  const identities = fakeIdentities();
  identities.setPermissions('tester', permissions);
  const authenticated = await identities.authenticate('Bearer acme-tester', correlation);
  if (!authenticated.ok) throw new Error('The identity of the test is not known.');
  return { ...context, session: createSession(authenticated.value, clock) };
}

async function run(
  query: string,
  permissions: readonly Permission[] | null,
): Promise<{ ran: string[]; errors: number }> {
  const { schema, ran } = makeSchema();
  const args = { schema, document: parse(query), contextValue: await contextWith(permissions) };
  if (!query.startsWith('subscription')) {
    const { errors = [] } = await execute(args);
    return { ran, errors: errors.length };
  }
  const result = await subscribe(args);
  if (!(Symbol.asyncIterator in result)) return { ran, errors: result.errors?.length ?? 0 };
  let errors = 0;
  for await (const event of result) errors += event.errors?.length ?? 0;
  return { ran, errors };
}

describe('@hasPermission', () => {
  it.each<[query: string, permission: Permission, ran: string]>([
    ['{ guarded }', 'file:read', 'query'],
    ['mutation { guarded }', 'file:upload', 'mutation'],
    ['subscription { guarded }', 'file:read', 'source'],
    ['{ nested { guarded } }', 'file:download', 'field'],
    ['{ secret { a } }', 'file:delete', 'object'],
  ])('lets %s run with %s, and nothing of it without', async (query, permission, name) => {
    expect(await run(query, [permission])).toEqual({ ran: [name], errors: 0 });
    const others = (['file:read', 'file:upload', 'file:download', 'file:delete'] as const).filter(
      (other) => other !== permission,
    );
    expect(await run(query, others)).toEqual({ ran: [], errors: 1 });
    expect(await run(query, null)).toEqual({ ran: [], errors: 1 });
  });

  it('needs somebody for every root field, also for one without it', async () => {
    expect(await run('{ open }', null)).toEqual({ ran: [], errors: 1 });
    expect(await run('{ open }', [])).toEqual({ ran: ['open'], errors: 0 });
  });

  it('leaves the fields beside a guarded one alone', async () => {
    expect(await run('{ nested { plain guarded } }', [])).toEqual({ ran: ['plain'], errors: 1 });
  });

  it('cannot name a permission that does not exist', () => {
    const typeDefs = TYPES.replace('file:read', 'file:reed');
    expect(() => enforcePermissions(makeExecutableSchema({ typeDefs }), clock)).toThrow('file:reed');
  });
});
