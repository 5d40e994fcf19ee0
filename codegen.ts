import type { CodegenConfig } from '@graphql-codegen/cli';
import { preset } from '@graphql-codegen/client-preset';

type Output = CodegenConfig['generates'][string];

/** Hands on what the preset keeps to itself: whether documents are marked, so that bundlers leave out what nobody uses. */
const client: typeof preset = {
  ...preset,
  buildGeneratesSection: async (options) => {
    const { pureMagicComment } = options.config as { readonly pureMagicComment?: boolean };
    const sections = await preset.buildGeneratesSection(options);
    return sections.map((section) => ({ ...section, config: { ...section.config, pureMagicComment } }));
  },
};

const typedDocuments = (config: Record<string, unknown>): Output => ({
  preset: client,
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
    'client/src/generated/': typedDocuments({ documentMode: 'string', pureMagicComment: true }),
  },
};

export default config;
