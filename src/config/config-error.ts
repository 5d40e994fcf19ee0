/** A start that must not happen: names each variable, its value and the rule it breaks. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
