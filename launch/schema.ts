import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT, runTool } from './tool.js';

/** `npm run schema`: writes the SDL that the code makes, then the typed documents. */
export async function run(): Promise<number> {
  const emitted = await runTool('../dist/src/graphql/emit-schema.js', []);
  if (emitted.code !== 0 || !existsSync(path.join(ROOT, 'codegen.ts'))) return emitted.code;
  return (await runTool('@graphql-codegen/cli/cjs/bin.js', ['--config', 'codegen.ts'])).code;
}
