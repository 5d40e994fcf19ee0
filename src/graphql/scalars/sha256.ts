import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

/**
 * A SHA-256 as text.
 *
 * @see https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 */
export const Sha256Scalar = new GraphQLScalarType<string, string>({
  name: 'Sha256',
  description: '64 lower-case hexadecimal digits.',
  serialize: (value) => checkSha256(value),
  parseValue: (value) => checkSha256(value),
  parseLiteral: (node) => checkSha256(node.kind === Kind.STRING ? node.value : undefined),
});

function checkSha256(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return value;
  throw new GraphQLError('A Sha256 must be 64 lower-case hexadecimal digits.');
}
