/** One part of a form: a field, or a file with its name. */
export type Part = readonly [name: string, value: string | Blob, filename?: string];

const QUERY =
  'mutation ($file: Upload!, $input: UploadFileInput) { uploadFile(file: $file, input: $input) { file { name sizeBytes } } }';
/** The field with the operation. */
export const operations = (variables: unknown = { file: null }): string =>
  JSON.stringify({ query: QUERY, variables });
/** The field that says where the file belongs. */
export const MAP = '{"0":["variables.file"]}';

/** The bytes of a file. */
export const file = (bytes: Uint8Array | string = 'hello'): Blob => new Blob([bytes], { type: 'text/plain' });
const many = JSON.stringify(Array.from({ length: 5_000 }, (_, index) => `variables.files.${String(index)}`));
/** Forms that are anything but operations, map and one file. */
export const ABUSES: readonly (readonly [name: string, parts: readonly Part[]])[] = [
  ...['__proto__.polluted', 'variables.__proto__.polluted', 'variables.constructor.prototype.polluted'].map(
    (path) =>
      [
        `the path ${path}`,
        [
          ['operations', operations()],
          ['map', JSON.stringify({ 0: [path] })],
          ['0', file(), 'a'],
        ],
      ] as const,
  ),
  ...[
    'variables.hasOwnProperty.call',
    'variables.toString.x',
    'query',
    'operationName',
    'variables',
    'variables.',
    'variables.other',
    'variables.file.x',
    '',
    '.',
  ].map(
    (path) =>
      [
        `the path "${path}"`,
        [
          ['operations', operations()],
          ['map', JSON.stringify({ 0: [path] })],
          ['0', file(), 'a'],
        ],
      ] as const,
  ),
  [
    'thousands of paths',
    [
      ['operations', operations()],
      ['map', `{"0":${many}}`],
      ['0', file(), 'a'],
    ],
  ],
  [
    'thousands of files',
    [
      ['operations', operations()],
      [
        'map',
        JSON.stringify(
          Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [index, ['variables.file']])),
        ),
      ],
      ['0', file(), 'a'],
    ],
  ],
  [
    'a map that is no object',
    [
      ['operations', operations()],
      ['map', '[]'],
      ['0', file(), 'a'],
    ],
  ],
  [
    'a map that is no JSON',
    [
      ['operations', operations()],
      ['map', '{'],
      ['0', file(), 'a'],
    ],
  ],
  [
    'an empty map',
    [
      ['operations', operations()],
      ['map', '{}'],
      ['0', file(), 'a'],
    ],
  ],
  [
    'a path that is no text',
    [
      ['operations', operations()],
      ['map', '{"0":[{}]}'],
      ['0', file(), 'a'],
    ],
  ],
  [
    'paths that are no list',
    [
      ['operations', operations()],
      ['map', '{"0":"variables.file"}'],
      ['0', file(), 'a'],
    ],
  ],
  [
    'a batch',
    [
      ['operations', `[${operations()}]`],
      ['map', '{"0":["0.variables.file"]}'],
      ['0', file(), 'a'],
    ],
  ],
  [
    'operations that are no JSON',
    [
      ['operations', 'query'],
      ['map', MAP],
      ['0', file(), 'a'],
    ],
  ],
  [
    'a field that is too long',
    [
      ['operations', operations({ file: null, x: 'y'.repeat(200_000) })],
      ['map', MAP],
      ['0', file(), 'a'],
    ],
  ],
  [
    'the map first',
    [
      ['map', MAP],
      ['operations', operations()],
      ['0', file(), 'a'],
    ],
  ],
  [
    'the file first',
    [
      ['0', file(), 'a'],
      ['operations', operations()],
      ['map', MAP],
    ],
  ],
  [
    'no file',
    [
      ['operations', operations()],
      ['map', MAP],
    ],
  ],
  ['no map', [['operations', operations()]]],
  [
    'another file than the map names',
    [
      ['operations', operations()],
      ['map', MAP],
      ['1', file(), 'a'],
    ],
  ],
  [
    'a file instead of a field',
    [
      ['operations', file(operations()), 'a'],
      ['map', MAP],
      ['0', file(), 'a'],
    ],
  ],
  ['no part at all', []],
];
