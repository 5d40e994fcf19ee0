import { runTool } from './tool.js';

/** `npm run format`: puts right what can be put right by itself. */
export async function run(): Promise<number> {
  const lint = await runTool('eslint/bin/eslint.js', ['--fix', '.']);
  const format = await runTool('prettier/bin/prettier.cjs', ['--write', '--log-level=warn', '.']);
  return Math.max(lint.code, format.code);
}
