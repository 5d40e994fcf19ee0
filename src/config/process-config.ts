import type { Config } from './config.js';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';
import { isTracingRequested } from './tracing.js';
import { warnOfUnreadVariables } from './unread-variables.js';

const EXIT_CODE_OF_WRONG_CONFIGURATION = 78;

/** What a process knows from its environment. */
export interface ProcessConfig {
  readonly config: Config;
  readonly isTracing: boolean;
  /** What stops nothing, and is probably not as it was meant: a sentence each, for the log. */
  readonly warnings: readonly string[];
}

/**
 * Reads what a process needs to know from its environment. A wrong configuration ends the process with one
 * line for each variable, before anything else has begun.
 */
export function readProcessConfig(): ProcessConfig {
  const warnings = warnOfUnreadVariables(process.env);
  try {
    return { config: loadConfig(process.env), isTracing: isTracingRequested(), warnings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // What is missing may be there under a name that was misspelt.
    process.stderr.write(`${[error.message, ...warnings].join('\n')}\n`);
    return process.exit(EXIT_CODE_OF_WRONG_CONFIGURATION);
  }
}
