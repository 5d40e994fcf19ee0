import {
  getNamedType,
  isInputObjectType,
  Kind,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type ValueNode,
} from 'graphql';
import { MAX_DRY_RUN_FILES } from '../../usecases/policy/dry-run-policy.js';
import { MAX_PAGE_SIZE } from './limits.js';

type Field = GraphQLField<unknown, unknown> | undefined;

/** A page whose size comes in a variable counts as the largest; one of which nobody says it, as the schema does. */
export function pageSize(node: FieldNode, field: Field): number {
  const given = node.arguments?.find(({ name }) => isSize(name.value));
  const size: unknown = field?.args.find(({ name }) => isSize(name))?.defaultValue;
  return given ? sizeOf(given.value, MAX_PAGE_SIZE) : numberOr(size, 1);
}

/** Of how many files the answer may be whose number stands in an input: a dry run has them in lists without pages. */
export function countOfInput(node: FieldNode, field: Field): number {
  const argument = field?.args.find(({ type }) => countFieldOf(type));
  const count = argument && countFieldOf(argument.type);
  if (!count) return 1;
  const input = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
  if (input?.kind !== Kind.OBJECT) return MAX_DRY_RUN_FILES;
  const given = input.fields.find(({ name }) => name.value === count.name);
  if (!given) return numberOr(count.defaultValue, MAX_DRY_RUN_FILES);
  return sizeOf(given.value, MAX_DRY_RUN_FILES);
}

function countFieldOf(type: GraphQLInputType): GraphQLInputField | undefined {
  const named = getNamedType(type);
  return isInputObjectType(named)
    ? Object.values(named.getFields()).find(({ name }) => isSize(name))
    : undefined;
}

const isSize = (argument: string): boolean => argument === 'first' || argument === 'last';

const numberOr = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

const sizeOf = (value: ValueNode, max: number): number =>
  value.kind === Kind.INT ? Math.min(max, Math.max(1, Number(value.value))) : max;
