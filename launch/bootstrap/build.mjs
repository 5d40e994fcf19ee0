import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compile } from './compile.mjs';
import { buildGraphiql } from './graphiql.mjs';
import { startError } from './start-error.mjs';

const SOURCES = ['src', 'workers', 'launch', 'db', 'cli', 'bench', 'client/src'];
const PAGE = 'playground';
const STAMP = 'stamp';
const SWAP_TRIES = 10;

/**
 * Compiles the sources to dist/ when any of them has changed since the last time. Types are not checked
 * here: `check` does that.
 *
 * @param {string} root of the repository
 */
export async function build(root) {
  const files = SOURCES.flatMap((directory) => filesBelow(root, directory));
  const stamp = fingerprint(root, [...files, ...filesBelow(root, PAGE), 'package-lock.json']);
  if (readStamp(root) === stamp) return;
  const fresh = path.join(root, `dist.${process.pid}`);
  try {
    await Promise.all([compile(root, files, fresh), buildGraphiql(root, path.join(fresh, 'graphiql'))]);
    writeFileSync(path.join(fresh, STAMP), stamp);
    swapIn(fresh, path.join(root, 'dist'));
  } catch (error) {
    const first = error?.errors?.[0];
    const place = first?.location ? ` in ${first.location.file}:${first.location.line}` : '';
    throw startError(`The sources could not be compiled${place}: ${first?.text ?? error.message}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    // Its service would stay beside us, with 100 MB.
    await (await import('esbuild')).stop();
  }
}

/** All at once, so that nobody who starts meanwhile finds half of it. */
function swapIn(fresh, dist) {
  const old = `${fresh}.old`;
  for (let tries = 1; ; tries += 1) {
    try {
      if (existsSync(dist)) renameSync(dist, old);
      renameSync(fresh, dist);
      return;
    } catch (error) {
      // Another one that builds at this moment was quicker: ours takes its place.
      if (tries === SWAP_TRIES || !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

function filesBelow(root, directory) {
  let entries;
  try {
    entries = readdirSync(path.join(root, directory), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .flatMap((entry) => {
      const name = path.posix.join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(root, name) : [name];
    })
    .sort();
}

function fingerprint(root, files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) {
    const { size, mtimeMs } = statSync(path.join(root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function readStamp(root) {
  try {
    return readFileSync(path.join(root, 'dist', STAMP), 'utf8');
  } catch {
    return null;
  }
}
