import { setImmediate } from 'node:timers/promises';
import { isObjectType, parse, type ExecutionResult, type GraphQLField, type GraphQLSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSystemClock } from '../../../src/adapters/system/system-clock.js';
import { TransientError } from '../../../src/domain/errors.js';
import { PERMISSIONS } from '../../../src/domain/permissions.js';
import { ok } from '../../../src/domain/result.js';
import type { GraphqlContext } from '../../../src/graphql/context.js';
import { createEngine } from '../../../src/graphql/engine.js';
import { LIMITS } from '../../../src/graphql/limits/limits.js';
import { hasOwnTransaction } from '../../../src/graphql/limits/own-transaction.js';
import { buildLazaretSchema } from '../../../src/graphql/schema.js';
import { createSession } from '../../../src/graphql/session.js';
import type { UseCases } from '../../../src/graphql/use-cases.js';
import { fakeIdentities } from '../../support/fake-identities.js';
import { fakeUseCases } from '../../support/fake-use-cases.js';
import { makeFile } from '../../support/make-file.js';
import { rememberingLogger } from '../../support/test-edge.js';

const clock = createSystemClock();
const correlation = { correlationId: 'test' };
const page = {
  files: Array.from({ length: 50 }, () => makeFile()),
  hasNextPage: false,
  hasPreviousPage: false,
};

/** Counts what runs at the same time, and lets everything that could run begin before one of it ends. */
function createGauge() {
  let running = 0;
  const gauge = { most: 0, done: 0, take };
  async function take<T>(value: T): Promise<T> {
    running += 1;
    gauge.most = Math.max(gauge.most, running);
    for (let turn = 0; turn < 3; turn += 1) await setImmediate();
    running -= 1;
    gauge.done += 1;
    return value;
  }
  return gauge;
}

/** As every request has its own, of a user who may do everything. */
async function makeContext(): Promise<GraphqlContext> {
  const identities = fakeIdentities();
  identities.setPermissions('tester', PERMISSIONS);
  const authenticated = await identities.authenticate('Bearer acme-tester', correlation);
  if (!authenticated.ok) throw new Error('The identity of the test is not known.');
  const session = createSession(authenticated.value, clock);
  return { correlation, transport: 'http', signal: new AbortController().signal, session };
}

/** What runs a query, each time as an operation of its own. */
async function operationOf(
  query: string,
  useCases: Partial<UseCases>,
): Promise<() => Promise<ExecutionResult>> {
  const schema = await buildLazaretSchema(fakeUseCases(useCases), clock);
  const engine = createEngine({ schema, isProduction: false, logger: rememberingLogger().logger });
  return async () => engine.execute({ schema, document: parse(query), contextValue: await makeContext() });
}

const FIELDS = `{ files { edges { node {
  receipt saga(last: 1) { name } upload { missingPartNumbers } lastExamination { engine } } } } }`;

describe('the transactions of an operation', () => {
  it('run a few at a time, those of fields', async () => {
    const gauge = createGauge();
    const operation = await operationOf(FIELDS, {
      listFiles: () => Promise.resolve(ok({ ...page, totalCount: 50 })),
      issueReceipt: () => gauge.take(ok(null)),
      readSagas: () => gauge.take(ok([])),
      readExamination: () => gauge.take(ok(null)),
      uploadStatus: () => gauge.take(ok({ missingPartNumbers: [1] } as never)),
    });
    expect(await operation()).not.toHaveProperty('errors');
    expect(gauge).toMatchObject({ most: LIMITS.transactions, done: 200 });
  });

  it('run a few at a time, those of the root', async () => {
    const gauge = createGauge();
    const aliases = Array.from({ length: 15 }, (_, index) => `a${String(index)}: files { totalCount }`);
    const operation = await operationOf(`{ ${aliases.join(' ')} }`, {
      listFiles: () => gauge.take(ok({ ...page, totalCount: 50 })),
    });
    expect(await operation()).not.toHaveProperty('errors');
    expect(gauge).toMatchObject({ most: LIMITS.transactions, done: 15 });
  });

  it('do not wait for those of another operation', async () => {
    const gauge = createGauge();
    const operation = await operationOf(FIELDS, { readSagas: () => gauge.take(ok([])) });
    await Promise.all(Array.from({ length: 10 }, operation));
    expect(gauge.most).toBe(10);
  });

  it('let others run when one fails', async () => {
    const operation = await operationOf(FIELDS, {
      listFiles: () => Promise.resolve(ok({ ...page, totalCount: 50 })),
      issueReceipt: () => Promise.reject(new TransientError('postgres', 'away')),
      readSagas: () => Promise.resolve(ok([])),
    });
    const { data, errors } = await operation();
    expect(errors).toHaveLength(50);
    expect(data).toMatchObject({
      files: { edges: page.files.map(() => ({ node: { receipt: null, saga: [] } })) },
    });
  });
});

type Field = GraphQLField<unknown, GraphqlContext>;

function fieldsBelowRoots(schema: GraphQLSchema): { readonly name: string; readonly field: Field }[] {
  const roots = ['Query', 'Mutation', 'Subscription'];
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type));
  return types
    .filter(({ name }) => !roots.includes(name) && !name.startsWith('__'))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, field })),
    );
}

/** Which fields call a use-case, or what the field above has prepared for it, and which are marked. */
async function fieldsThatTakeOne(): Promise<{ readonly marked: string[]; readonly found: string[] }> {
  let taken = 0;
  const take = (): Promise<never> => {
    taken += 1;
    return Promise.reject(new Error('It is only asked for.'));
  };
  const schema = await buildLazaretSchema(new Proxy({} as UseCases, { get: () => take }), clock);
  const source = { ...makeFile(), letter: {}, file: makeFile(), ledger: take };
  const context = await makeContext();
  const fields = fieldsBelowRoots(schema);
  const found: string[] = [];
  for (const { name, field } of fields) {
    const before = taken;
    await Promise.resolve(field.resolve?.(source, {}, context, {} as never)).catch(() => undefined);
    if (taken > before) found.push(name);
  }
  return { found, marked: fields.filter(({ field }) => hasOwnTransaction(field)).map(({ name }) => name) };
}

describe('a field below the root that calls a use-case', () => {
  it('has the directive @ownTransaction, and no other has it', async () => {
    const { found, marked } = await fieldsThatTakeOne();
    expect(found).toContain('File.receipt');
    expect(marked.sort()).toEqual(found.sort());
  });
});
