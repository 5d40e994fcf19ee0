import { importsOf } from './imports.js';
import type { SourceFile, Violation } from './source-tree.js';

/** No file imports itself over others, types included. One violation for each edge that closes a cycle. */
export function checkCycles(files: readonly SourceFile[]): Violation[] {
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]));
  const done = new Set<string>();
  const found: Violation[] = [];

  function visit(path: string, trail: readonly string[]): void {
    if (done.has(path)) return;
    for (const { target, line } of graph.get(path) ?? []) {
      if (target === undefined) continue;
      const start = [...trail, path].indexOf(target);
      if (start === -1) visit(target, [...trail, path]);
      else found.push({ path, line, message: explain([...trail, path].slice(start), target) });
    }
    done.add(path);
  }

  for (const path of graph.keys()) visit(path, []);
  return found;
}

const explain = (cycle: readonly string[], target: string): string =>
  `closes the cycle ${[...cycle, target].join(' -> ')}: move what both need into a file of its own.`;
