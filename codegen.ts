import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents of the operations that are shipped, for tests and examples. */
const config: CodegenConfig = {
  importExtension: '.js',
  schema: 'schema/schema.graphql',
  documents: 'schema/operations/*.graphql',
  generates: {
    'test/support/generated/': {
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
      },
    },
  },
};

export default config;
