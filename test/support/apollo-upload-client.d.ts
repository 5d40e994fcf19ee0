/** The package says its types in comments alone. */
declare module 'apollo-upload-client/UploadHttpLink.mjs' {
  import type { ApolloLink } from '@apollo/client';

  class UploadHttpLink extends ApolloLink {
    constructor(options: { readonly uri: string; readonly headers: Readonly<Record<string, string>> });
  }
  export { UploadHttpLink as default };
}
