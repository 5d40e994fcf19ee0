import { ensureAptPackages } from './apt.js';
import { runTool } from './tool.js';

/** What the tests start, beside what npm brings. */
const PACKAGES = [
  { name: 'redis-server', command: 'redis-server' },
  { name: 'clamav-daemon', command: 'clamd' },
  { name: 'clamav', command: 'clamscan' },
  { name: 'clamav-testfiles', file: '/usr/share/clamav-testfiles/clam.exe' },
  { name: 'pgbouncer', command: 'pgbouncer' },
  { name: 'chromium-headless-shell', command: 'chromium-headless-shell' },
];
const OBJECT_STORE = [
  { name: 'ceph-mon', command: 'ceph-mon' },
  { name: 'ceph-osd', command: 'ceph-osd' },
  { name: 'radosgw', command: 'radosgw' },
];

/**
 * Installs what the tests start.
 *
 * @throws StartError when something is missing and this user cannot install it
 */
export async function installTestPackages(): Promise<void> {
  const isStoreGiven = (process.env['S3_ENDPOINT'] ?? '') !== '';
  await ensureAptPackages([...PACKAGES, ...(isStoreGiven ? [] : OBJECT_STORE)], '');
}

/**
 * Installs what the tests start, and runs them.
 *
 * @param args - go to vitest
 * @param env - on top of that of this process
 * @returns the exit code: 0 when every test has passed
 * @throws StartError when something is missing and this user cannot install it
 */
export async function runTests(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  await installTestPackages();
  return (await runTool('vitest/vitest.mjs', ['run', ...args], { env })).code;
}
