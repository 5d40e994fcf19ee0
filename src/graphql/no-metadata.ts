/**
 * type-graphql asks for the types that a compiler may leave behind, even where every type is written out
 * as it is here. There are none, and saying so is all that it needs.
 */
const reflect: typeof Reflect & { getMetadata?: () => undefined } = Reflect;
reflect.getMetadata ??= () => undefined;
