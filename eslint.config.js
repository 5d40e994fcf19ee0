import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What replaces each call that makes code depend on the moment, the machine or the process it runs in. */
const CLOCK = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Ask the Clock port for the time, so that tests can say what time it is.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Ask the Clock port for the time, so that tests can say what time it is.',
  },
];
const RANDOM = [
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Use node:crypto, or let cockatiel add the jitter.',
  },
];
const ENVIRONMENT = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Read the frozen Config instead: the environment is parsed once, in src/config.',
  },
];
const DEFAULT_EXPORT = [
  { selector: 'ExportDefaultDeclaration', message: 'Export it by the name that its file has.' },
];
const STAR_EXPORT = [
  { selector: 'ExportAllDeclaration', message: 'Import from the file that defines the thing: no barrels.' },
];
const restrict = (...lists) => ({ 'no-restricted-syntax': ['error', ...lists.flat()] });
const EVERYWHERE = [...DEFAULT_EXPORT, ...STAR_EXPORT];

export default defineConfig(
  globalIgnores([
    '**/node_modules',
    '**/dist',
    'coverage',
    '.lazaret',
    '.test-data',
    '**/generated',
    'db/migrations',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // What may be waited for and what may not is `void | Promise<void>`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Classes of type-graphql describe shapes; resolvers answer with plain objects.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      curly: ['error', 'multi-line'],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 200 }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-implicit-coercion': 'error',
      'no-param-reassign': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      ...restrict(EVERYWHERE, CLOCK, RANDOM, ENVIRONMENT),
    },
  },
  {
    files: ['src/adapters/system/**'],
    rules: restrict(EVERYWHERE, ENVIRONMENT),
  },
  {
    files: ['src/config/**'],
    rules: restrict(EVERYWHERE, CLOCK, RANDOM),
  },
  {
    files: ['launch/**', 'cli/**', 'bench/**', 'test/**', 'playground/**', 'examples/**'],
    rules: { 'no-console': 'off', ...restrict(EVERYWHERE, RANDOM) },
  },
  {
    // A library has no ports: it runs in the process of somebody else, whose clock is the only one.
    files: ['client/**', 'examples/**'],
    rules: restrict(EVERYWHERE, RANDOM, ENVIRONMENT),
  },
  {
    files: ['test/**'],
    rules: {
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': 'off',
    },
  },
  {
    // Tables are lists of columns and policies, not steps.
    files: ['db/schema/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    // Tools find their configuration by its default export.
    files: ['*.config.ts', 'codegen.ts', 'test/support/global-setup.ts'],
    rules: restrict(STAR_EXPORT, CLOCK, RANDOM),
  },
  {
    files: ['**/*.{js,mjs}'],
    rules: { 'prefer-const': 'error', 'no-var': 'error', eqeqeq: 'error', 'object-shorthand': 'error' },
  },
);
