import { runTool } from './tool.js';

interface Check {
  readonly name: string;
  /** Below node_modules. */
  readonly bin: string;
  readonly args: readonly string[];
}

const types = (name: string, project: string): Check => ({
  name,
  bin: 'typescript-7/bin/tsc',
  args: ['-p', project, '--pretty', 'false'],
});

const CHECKS: readonly Check[] = [
  { name: 'format', bin: 'oxfmt/bin/oxfmt', args: ['--list-different', '.'] },
  types('types', '.'),
  types('types of the page', 'playground'),
  types('types of the client', 'client'),
  types('types of the examples', 'examples'),
  types('types of the example of Uppy', 'examples/uppy'),
  { name: 'lint', bin: 'oxlint/bin/oxlint', args: ['--deny-warnings', '.'] },
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
