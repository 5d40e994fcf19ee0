import { Command } from 'commander';
import { EXIT_CODE_HELP } from './judge.js';

/** What the command line of the verifier says. */
export interface VerifyOptions {
  /** The file whose bytes are looked at. */
  readonly file: string;
  /** File with the receipt. */
  readonly receipt: string;
  /** File with the keys. */
  readonly keys: string;
  readonly json: boolean;
}

const HELP = `${EXIT_CODE_HELP}

Nothing is fetched and nothing is sent. Get the keys once, over a way that you trust:
  curl -s URL/.well-known/lazaret/receipt-keys > jwks.json
Receipts are the field "receipt" of a file in GraphQL; docs/receipts.md says what they state.
`;

/**
 * Reads the command line.
 *
 * @param args - without the program's name
 * @throws CommanderError with an exit code, after it has written help or what is wrong
 */
export function readVerifyOptions(args: readonly string[]): VerifyOptions {
  const command = new Command('npm run verify-receipt --')
    .description('Verifies offline that a receipt of Lazaret is genuine and is for exactly this file.')
    .argument('<file>', 'the file that the receipt is for')
    .requiredOption('--receipt <path>', 'file that holds the receipt, a compact JWS')
    .requiredOption('--keys <path>', 'file that holds the keys of the service, a JWK Set')
    .option('--json', 'one JSON object on standard output', false)
    .addHelpText('after', HELP)
    .showHelpAfterError('(--help shows what is possible)')
    .allowExcessArguments(false)
    .exitOverride();
  command.parse([...args], { from: 'user' });
  return { ...command.opts<Omit<VerifyOptions, 'file'>>(), file: command.args[0] ?? '' };
}
