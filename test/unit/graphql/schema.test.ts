import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getDirective } from '@graphql-tools/utils';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  Kind,
  parse,
  print,
  validate,
  specifiedRules,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  type DefinitionNode,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { printSchemaSorted } from '../../../src/graphql/print-schema.js';
import { createValidationRules } from '../../../src/graphql/limits/validation-rules.js';

const root = path.join(import.meta.dirname, '../../..');
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const emitted = await printSchemaSorted();
const schema = buildSchema(emitted);
const contract = buildSchema(read('test/support/contract.graphql'));

/** Everything that a schema says, one line for each promise. */
function promisesOf(from: GraphQLSchema): string[] {
  const own = Object.values(from.getTypeMap()).filter((type) => !type.name.startsWith('__'));
  return own.flatMap((type) => {
    if (isEnumType(type)) return type.getValues().map((value) => `enum ${type.name} ${value.name}`);
    if (isObjectType(type)) {
      const uses = usesOf(from, type);
      return Object.values(type.getFields()).map(
        (field) => `type ${type.name}${uses} ${fieldLine(from, field)}`,
      );
    }
    if (isInputObjectType(type)) {
      return Object.values(type.getFields()).map((field) => `input ${type.name} ${inputLine(field)}`);
    }
    return [`scalar ${type.name}`];
  });
}

const fieldLine = (from: GraphQLSchema, field: GraphQLField<unknown, unknown>): string => {
  const args = [...field.args]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(inputLine)
    .join(', ');
  return `${field.name}(${args}): ${String(field.type)}${usesOf(from, field)}`;
};
const inputLine = ({ name, type, defaultValue }: Pick<GraphQLInputField, 'name' | 'type' | 'defaultValue'>) =>
  `${name}: ${String(type)}${defaultValue === undefined ? '' : ` = ${JSON.stringify(defaultValue)}`}`;
const usesOf = (from: GraphQLSchema, node: Parameters<typeof getDirective>[1]): string =>
  (getDirective(from, node, 'hasPermission') ?? []).map((use) => ` @${String(use['permission'])}`).join('');

interface Named {
  readonly name: string;
  readonly description?: string | null | undefined;
}

describe('the schema', () => {
  it('is the one that is committed', () => {
    expect(read('schema/schema.graphql'), 'run `npm run schema`').toBe(emitted);
  });

  it('keeps every promise of the contract', () => {
    const kept = new Set(promisesOf(schema));
    expect(promisesOf(contract).length).toBeGreaterThan(100);
    expect(promisesOf(contract).filter((promise) => !kept.has(promise))).toEqual([]);
  });

  it('defines the directive as the contract does', () => {
    const definition = (from: GraphQLSchema): unknown => {
      const { locations, args, isRepeatable } = from.getDirective('hasPermission') ?? {};
      return { locations, isRepeatable, args: args?.map(inputLine) };
    };
    expect(definition(schema)).toEqual(definition(contract));
  });

  it('demands a permission for every root field but the viewer', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const open = roots
      .flatMap((type) => Object.values(type?.getFields() ?? {}))
      .filter((field) => usesOf(schema, field) === '')
      .map((field) => field.name);
    expect(open).toEqual(['viewer']);
  });

  it('describes everything', () => {
    const undescribed = Object.values(schema.getTypeMap())
      .filter(
        (type) =>
          !type.name.startsWith('__') &&
          !/^(?:Int|String|Boolean|ID|Query|Mutation|Subscription)$/.test(type.name),
      )
      .flatMap((type) => {
        const outputs: Named[] = isObjectType(type) ? Object.values(type.getFields()) : [];
        const args: Named[] = isObjectType(type)
          ? Object.values(type.getFields()).flatMap((field) => [...field.args])
          : [];
        const inputs: Named[] = isInputObjectType(type) ? Object.values(type.getFields()) : [];
        const named: Named[] = [type, ...outputs, ...args, ...inputs];
        return named.filter((node) => !node.description).map((node) => `${type.name}: ${node.name}`);
      });
    expect(undescribed).toEqual([]);
  });
});

describe('the operations that are shipped', () => {
  const directory = path.join(root, 'schema/operations');
  const documents = readdirSync(directory).map((name) => parse(read(path.join('schema/operations', name))));
  const definitions = documents.flatMap((document) => document.definitions);
  const fragments = definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const operations = definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);

  const needed = (node: DefinitionNode, found = new Set<DefinitionNode>()): Set<DefinitionNode> => {
    for (const [, name] of print(node).matchAll(/\.\.\.(\w+)/g)) {
      const fragment = fragments.find((candidate) => candidate.name.value === name);
      if (fragment && !found.has(fragment)) needed(fragment, found.add(fragment));
    }
    return found;
  };

  it('cover every root field', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.flatMap((type) => Object.keys(type?.getFields() ?? {})).sort();
    expect(operations.map((node) => node.name?.value ?? '').sort()).toEqual(fields);
  });

  it.each(operations.map((node) => [node.name?.value ?? '', node] as const))(
    '%s is valid and within the limits of production',
    (_name, operation) => {
      const document = { kind: 'Document', definitions: [operation, ...needed(operation)] } as const;
      const rules = [...specifiedRules, ...createValidationRules(true)];
      expect(validate(schema, document as never, rules)).toEqual([]);
    },
  );
});
