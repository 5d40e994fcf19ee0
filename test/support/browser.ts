import { chromium, type Browser } from 'playwright-core';

/**
 * Debian's; when it is not there the launch fails, and so the test. It is Chromium without the windows around the pages,
 * which take several times what the pages take of a processor.
 */
const SHELL = '/usr/bin/chromium-headless-shell';
const QUIET = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Starts the browser of the tests. */
export const startBrowser = (): Promise<Browser> => chromium.launch({ executablePath: SHELL, args: QUIET });
