import { CommanderError } from 'commander';
import { enterCallersDirectory } from './callers-directory.js';
import { processOutput, type Output } from './output.js';
import { exitCodeOf, judge } from './receipt/judge.js';
import { measureFile } from './receipt/measure-file.js';
import { openReceipt } from './receipt/open-receipt.js';
import { readVerifyOptions, type VerifyOptions } from './receipt/options.js';
import { readSmallFile, unreadable } from './receipt/read-small-file.js';
import { receiptText } from './receipt/receipt-text.js';
import { plainText } from './show/units.js';
import { UsageError } from './usage-error.js';

/**
 * `npm run verify-receipt -- FILE --receipt R.jws --keys jwks.json`
 *
 * @param args - the command line without the program's name
 * @returns the exit code
 */
export async function run(args: readonly string[]): Promise<number> {
  enterCallersDirectory('verify-receipt', process.env);
  const output = processOutput();
  try {
    return await verify(readVerifyOptions(args), output);
  } catch (error) {
    // Help was shown, or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof UsageError)) throw error;
    output.error(error.message);
    return 1;
  }
}

async function verify({ file, receipt, keys, json }: VerifyOptions, output: Output): Promise<number> {
  const jws = (await readSmallFile(receipt)).trim();
  const opened = await openReceipt(jws, parseKeys(keys, await readSmallFile(keys)));
  const measured = await measureFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const judgement = judge(opened, measured);
  const claims = opened.ok ? opened.claims : null;
  if (json) output.result(JSON.stringify({ path: file, ...judgement, claims }));
  else output.result(receiptText(file, opened, judgement));
  return exitCodeOf(judgement);
}

function parseKeys(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${plainText(path)} is not JSON: --keys takes a JWK Set.`, { cause });
  }
}
