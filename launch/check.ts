import { runTool } from './tool.js';

const CHECKS = [
  { name: 'format', bin: 'prettier/bin/prettier.cjs', args: ['--check', '--log-level=warn', '.'] },
  { name: 'types', bin: 'typescript/bin/tsc', args: ['-p', '.', '--pretty', 'false'] },
  { name: 'types of the page', bin: 'typescript/bin/tsc', args: ['-p', 'playground', '--pretty', 'false'] },
  { name: 'types of the client', bin: 'typescript/bin/tsc', args: ['-p', 'client', '--pretty', 'false'] },
  { name: 'types of the examples', bin: 'typescript/bin/tsc', args: ['-p', 'examples', '--pretty', 'false'] },
  {
    name: 'types of the example of Uppy',
    bin: 'typescript/bin/tsc',
    args: ['-p', 'examples/uppy', '--pretty', 'false'],
  },
  {
    name: 'lint',
    bin: 'eslint/bin/eslint.js',
    args: ['--max-warnings=0', '--cache', '--cache-location=node_modules/.cache/eslint/', '.'],
  },
];

/**
 * `npm run check`: format, types and lint, side by side. Tidiness is a test of the suite.
 *
 * @returns 0 when nothing is wrong, else 1
 */
export async function run(): Promise<number> {
  const results = await Promise.all(
    CHECKS.map(async ({ name, bin, args }) => {
      const begun = performance.now();
      const { code, output } = await runTool(bin, args, { isQuiet: true });
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`);
      if (code !== 0) console.log(output.trim());
      return code;
    }),
  );
  return results.every((code) => code === 0) ? 0 : 1;
}
