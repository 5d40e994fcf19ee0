import type { CodegenConfig } from '@graphql-codegen/cli';

type Output = CodegenConfig['generates'][string];

const typedDocuments = (config: Record<string, unknown>): Output => ({
  preset: 'client',
  presetConfig: { fragmentMasking: false },
  config: {
    useTypeImports: true,
    enumsAsTypes: true,
    strictScalars: true,
    scalars: {
      DateTime: 'string',
      SafeInt: 'number',
      Sha256: 'string',
      Cursor: 'string',
      Upload: 'File | Blob',
    },
    ...config,
  },
});

/** Typed documents of the operations that are shipped: for the tests, and as plain text for the client library. */
const config: CodegenConfig = {
  importExtension: '.js',
  schema: 'schema/schema.graphql',
  documents: 'schema/operations/*.graphql',
  generates: {
    'test/support/generated/': typedDocuments({}),
    'client/src/generated/': typedDocuments({ documentMode: 'string' }),
  },
};

export default config;
