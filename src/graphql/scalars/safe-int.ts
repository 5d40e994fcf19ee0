import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/** A count of bytes: GraphQL's own Int ends at 2 GiB. */
export const SafeIntScalar = new GraphQLScalarType<number, number>({
  name: 'SafeInt',
  description: 'Whole number from 0 to 2^53-1; a JSON number. Byte counts.',
  serialize: (value) => checkSafeInt(value),
  parseValue: (value) => checkSafeInt(value),
  parseLiteral: (node) => checkSafeInt(node.kind === Kind.INT ? Number(node.value) : undefined),
});

function checkSafeInt(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new GraphQLError('A SafeInt must be a whole number from 0 to 9007199254740991.');
}
