/**
 * npm runs its scripts in the root of the package: paths are meant from where npm was called.
 *
 * @param name - of the script that is running
 */
export function enterCallersDirectory(
  name: string,
  { npm_lifecycle_event: script, INIT_CWD: directory }: NodeJS.ProcessEnv,
): void {
  if (script === name && directory !== undefined) process.chdir(directory);
}
