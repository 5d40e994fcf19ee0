import { importsOf, type Import } from './imports.js';
import type { SourceFile, Violation } from './source-tree.js';

/** One layer: whose files it holds and what they may import. */
interface Layer {
  readonly name: string;
  readonly path: RegExp;
  /** Layers that may be imported, also for their values. A layer may always import itself. */
  readonly imports: readonly string[];
  /** Layers of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages that may be imported; any when absent. */
  readonly packages?: RegExp;
}

const PURE = /^$/;
const NEUTRAL = /^(?:node:(?:stream|stream\/promises|crypto|events|path|buffer|zlib)|cockatiel|lru-cache)$/;
const ANALYSER = /^(?:node:(?:stream|zlib)|htmlparser2|saxes|xz-decompress)$/;
const EDGE = ['usecases', 'domain', 'observability'];
const ROOTS = ['compose', 'config', 'observability', 'lifecycle', 'domain'];

/** The table of docs/architecture.md, in the order in which a path is looked up. */
const LAYERS: readonly Layer[] = [
  { name: 'domain', path: /^src\/domain\//, imports: [], packages: PURE },
  { name: 'ports', path: /^src\/ports\//, imports: ['domain'], packages: /^node:stream$/ },
  { name: 'usecases', path: /^src\/usecases\//, imports: ['domain', 'ports'], packages: NEUTRAL },
  // What several of them need and none of them owns; it knows no system.
  {
    name: 'adapters/common',
    path: /^src\/adapters\/common\//,
    imports: ['domain', 'ports'],
    packages: NEUTRAL,
  },
  {
    name: 'adapters/postgres',
    path: /^src\/adapters\/postgres\//,
    imports: ['domain', 'ports', 'db', 'observability', 'adapters/common'],
  },
  {
    name: 'adapters/sandbox',
    path: /^src\/adapters\/sandbox\//,
    imports: ['domain', 'ports', 'observability', 'analyser', 'adapters/common'],
  },
  // It runs apart from everything else, and asks nothing but the bytes that it is given.
  { name: 'analyser', path: /^src\/analyser\//, imports: ['domain'], packages: ANALYSER },
  {
    name: 'adapters',
    path: /^src\/adapters\/[^/]+\//,
    imports: ['domain', 'ports', 'observability', 'adapters/common'],
  },
  { name: 'graphql', path: /^src\/graphql\//, imports: EDGE, types: ['ports'] },
  { name: 'http', path: /^src\/http\//, imports: [...EDGE, 'graphql'], types: ['ports'] },
  { name: 'config', path: /^src\/config\//, imports: ['domain'] },
  { name: 'observability', path: /^src\/observability\//, imports: ['domain', 'config'], types: ['ports'] },
  {
    name: 'compose',
    path: /^src\/compose(?:\.ts|\/)/,
    imports: [
      ...['config', 'observability', 'usecases', 'ports', 'domain'],
      ...['adapters', 'adapters/postgres', 'adapters/sandbox'],
    ],
  },
  { name: 'lifecycle', path: /^src\/lifecycle(?:\.ts|\/)/, imports: ['observability', 'domain'] },
  { name: 'main', path: /^src\/main\.ts$/, imports: [...ROOTS, 'graphql', 'http'] },
  { name: 'workers', path: /^workers\//, imports: [...ROOTS, 'usecases'], types: ['ports'] },
  // What is seeded are constants of the domain; everything else in db stands alone.
  { name: 'db/seed', path: /^db\/seed\.ts$/, imports: ['domain', 'db'] },
  { name: 'db', path: /^db\//, imports: [] },
  { name: 'launch', path: /^launch\//, imports: ['config', 'observability', 'lifecycle', 'db', 'db/seed'] },
  { name: 'playground', path: /^playground\//, imports: [] },
  // A package of its own: it knows the service by its public contract alone.
  { name: 'client', path: /^client\//, imports: [] },
  { name: 'examples', path: /^examples\//, imports: ['client'] },
  { name: 'cli', path: /^cli\//, imports: ['client'] },
  { name: 'test/acceptance', path: /^test\/acceptance\//, imports: ['test/support', 'client'] },
  { name: 'test/support', path: /^test\/support\//, imports: ['*'] },
  { name: 'test', path: /^(?:test|bench)\//, imports: ['*'] },
];

const layerOf = (path: string): Layer | undefined => LAYERS.find((layer) => layer.path.test(path));

/** Every import keeps to the layer table, and no adapter knows another. */
export const checkLayers = (files: readonly SourceFile[]): Violation[] =>
  files.flatMap((file) => {
    const layer = layerOf(file.path);
    if (layer === undefined) return checkPlace(file);
    return importsOf(file).flatMap((edge) => {
      const message = judge(file.path, layer, edge);
      return message === undefined ? [] : [{ path: file.path, line: edge.line, message }];
    });
  });

function checkPlace(file: SourceFile): Violation[] {
  if (!file.path.includes('/')) return [];
  return [
    { path: file.path, line: 1, message: 'belongs to no layer: move it, or add its layer to layers.ts.' },
  ];
}

function judge(from: string, layer: Layer, edge: Import): string | undefined {
  if (edge.target === undefined) return judgePackage(layer, edge.specifier);
  const target = layerOf(edge.target);
  if (target === undefined || layer.imports.includes('*')) return undefined;
  if (target.path === layer.path) return judgeSibling(from, edge.target);
  if (layer.imports.includes(target.name)) return undefined;
  if (layer.types?.includes(target.name) === true) {
    return edge.isTypeOnly
      ? undefined
      : `takes a value from ${target.name}: ${layer.name} may import its types alone.`;
  }
  const allowed = [...layer.imports, ...(layer.types ?? [])].join(', ') || 'itself alone';
  return `imports ${edge.target}: ${layer.name} may import ${allowed}. Go through a port or a use-case.`;
}

function judgePackage(layer: Layer, specifier: string): string | undefined {
  if (layer.packages === undefined || layer.packages.test(specifier)) return undefined;
  return `imports the package "${specifier}": keep ${layer.name} free of it and put it into an adapter.`;
}

function judgeSibling(from: string, to: string): string | undefined {
  const system = (path: string): string | undefined => /^src\/adapters\/([^/]+)\//.exec(path)?.[1];
  if (system(from) === system(to)) return undefined;
  return `imports the sibling adapter ${to}: let compose.ts join them behind a port.`;
}
