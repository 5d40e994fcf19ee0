import { runTool } from './tool.js';

/** `npm run format`: puts right what can be put right by itself. */
export async function run(): Promise<number> {
  const lint = await runTool('oxlint/bin/oxlint', ['--fix', '--deny-warnings', '.']);
  const format = await runTool('oxfmt/bin/oxfmt', ['.']);
  return Math.max(lint.code, format.code);
}
