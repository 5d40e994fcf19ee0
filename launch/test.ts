import { ensureAptPackages } from './apt.js';
import { run as check } from './check.js';
import { runTool } from './tool.js';

/** What the tests start, beside what npm brings. */
const PACKAGES = [
  { name: 'redis-server', command: 'redis-server' },
  { name: 'clamav-daemon', command: 'clamd' },
  { name: 'clamav', command: 'clamscan' },
  { name: 'clamav-testfiles', file: '/usr/share/clamav-testfiles/clam.exe' },
  { name: 'pgbouncer', command: 'pgbouncer' },
  { name: 'chromium', command: 'chromium' },
];
const OBJECT_STORE = [
  { name: 'ceph-mon', command: 'ceph-mon' },
  { name: 'ceph-osd', command: 'ceph-osd' },
  { name: 'radosgw', command: 'radosgw' },
];

/**
 * `npm test`: installs what the tests need, checks the code, runs every test against real services.
 *
 * @param args - go to vitest; with any, the code is not checked: somebody works on one test
 * @returns 0 when everything is as it should be
 */
export async function run(args: readonly string[]): Promise<number> {
  const isStoreGiven = (process.env['S3_ENDPOINT'] ?? '') !== '';
  await ensureAptPackages([...PACKAGES, ...(isStoreGiven ? [] : OBJECT_STORE)], '');
  const checked = args.some(
    (argument) => !argument.startsWith('--reporter') && !argument.startsWith('--outputFile'),
  )
    ? 0
    : await check();
  const { code } = await runTool('vitest/vitest.mjs', ['run', ...args]);
  return Math.max(checked, code);
}
