import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { decodeCursor } from '../../domain/cursor.js';

/** A position in a tenant's history; only what `encodeCursor` made is taken back. */
export const CursorScalar = new GraphQLScalarType<string, string>({
  name: 'Cursor',
  description: "Opaque position in a tenant's event history.",
  serialize: (value) => checkCursor(value),
  parseValue: (value) => checkCursor(value),
  parseLiteral: (node) => checkCursor(node.kind === Kind.STRING ? node.value : undefined),
});

function checkCursor(value: unknown): string {
  if (typeof value === 'string' && decodeCursor(value) !== undefined) return value;
  throw new GraphQLError('This is no cursor of an event.');
}
