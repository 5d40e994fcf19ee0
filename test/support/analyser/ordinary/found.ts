import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { sample, type Sample } from './sample.js';

/** Extensions of files that packages bring, with the types that browsers declare for them. */
const TYPES: Readonly<Record<string, string | null>> = {
  js: 'text/javascript',
  mjs: 'text/javascript',
  cjs: null,
  json: 'application/json',
  md: 'text/markdown',
  html: 'text/html',
  css: 'text/css',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  ico: 'image/x-icon',
  xml: 'text/xml',
  yml: 'application/yaml',
  txt: 'text/plain',
  map: 'application/json',
  wasm: 'application/wasm',
  node: null,
  woff2: 'font/woff2',
  ttf: 'font/ttf',
  gz: 'application/gzip',
  sh: 'application/x-sh',
  pem: null,
  lock: null,
};
/** What tests use is odd on purpose. */
const ODD = /^(?:\.cache|\.vite|tests?|__tests__|fixtures?)$/;
const MOST_OF_A_KIND = 8;
const MOST_BYTES = 2 * 1024 * 1024;
const MOST_DIRECTORIES = 2_500;

/** Files of the packages that this repository is built on: they are there wherever its tests run. */
export function found(root: string): readonly Sample[] {
  const counts = new Map<string, number>();
  const samples: Sample[] = [];
  const pending = [root];
  for (let visited = 0; pending.length > 0 && visited < MOST_DIRECTORIES; visited += 1) {
    const directory = pending.shift() ?? root;
    const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    for (const entry of entries) {
      const file = path.join(directory, entry.name);
      if (entry.isDirectory() && !ODD.test(entry.name)) pending.push(file);
      const extension = path.extname(entry.name).slice(1).toLowerCase();
      const count = counts.get(extension) ?? 0;
      if (!entry.isFile() || !(extension in TYPES) || count >= MOST_OF_A_KIND) continue;
      if (statSync(file).size > MOST_BYTES) continue;
      counts.set(extension, count + 1);
      samples.push(
        sample(
          path.relative(root, file).replaceAll(path.sep, '!'),
          TYPES[extension] ?? null,
          readFileSync(file),
        ),
      );
    }
  }
  return samples;
}
