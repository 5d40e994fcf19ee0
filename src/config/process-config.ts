import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';
import { isTracingRequested } from './tracing.js';

const EXIT_CODE_OF_WRONG_CONFIGURATION = 78;

/**
 * Reads what a process needs to know from its environment. A wrong configuration ends the process with one
 * line for each variable, before anything else has begun.
 */
export function readProcessConfig(): { readonly config: Config; readonly isTracing: boolean } {
  try {
    return { config: loadConfig(process.env), isTracing: isTracingRequested() };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(EXIT_CODE_OF_WRONG_CONFIGURATION);
  }
}
