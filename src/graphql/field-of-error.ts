import { TokenKind, type GraphQLError } from 'graphql';

/** Messages of the engine that name the input at fault, with the name as the first or second group. */
const NAMED = [
  /^Variable "\$\w+" got invalid value .* at "\w+\.([^"]+)"; /s,
  /Field "(?:\w+\.)?(\w+)" of required type /,
  /Field "(\w+)" is not defined by type /,
  /argument "(\w+)" of type "[^"]+" is required/,
  /^Unknown argument "(\w+)"/,
  /^Variable "\$(\w+)"/,
] as const;

/**
 * The input that an error of parsing, validation or coercion is about, where it is about one.
 *
 * @param message - that of the error, as far as it is told
 */
export function fieldOfError(error: GraphQLError, message: string): string | undefined {
  const own = error.extensions['field'];
  if (typeof own === 'string') return own;
  for (const pattern of NAMED) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined) return name;
  }
  return nameBefore(error);
}

/** How far back the name of a value in a list is looked for. */
const MAX_TOKENS_BACK = 50;

/** A value that stands in the document follows its name and a colon, and perhaps others of its list. */
function nameBefore({ nodes }: GraphQLError): string | undefined {
  let token = nodes?.[0]?.loc?.startToken.prev;
  for (let back = 0; token && back < MAX_TOKENS_BACK && !/[(){}]/.test(token.kind); back += 1) {
    if (token.kind === TokenKind.COLON) {
      return token.prev?.kind === TokenKind.NAME ? token.prev.value : undefined;
    }
    token = token.prev;
  }
  return undefined;
}
