import { Command, InvalidArgumentError, Option } from 'commander';
import type { LiveTransport } from '../client/src/node.js';
import { EXIT_CODE_HELP } from './exit-codes.js';

/** Everything that the command line and the environment say. */
export interface Options {
  readonly paths: readonly string[];
  /** Without a slash at the end. */
  readonly url: string;
  readonly client: string;
  readonly secret: string;
  readonly token?: string;
  readonly recursive: boolean;
  readonly parallel: number;
  readonly checksums: boolean;
  readonly verify: boolean;
  /** In MiB; infinite for never. */
  readonly askFrom: number;
  readonly priority: 'interactive' | 'bulk';
  readonly contentType?: string;
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
  readonly live: LiveTransport;
  readonly resume?: string;
  readonly watch: boolean;
  readonly download?: string;
  readonly output?: string;
  readonly json: boolean;
}

/** What `--help` says instead of a secret that comes from the environment. */
const NOT_SHOWN = 'given, not shown';

const EXAMPLES = `
Examples:
  npm run upload -- photo.jpg report.pdf
  npm run upload -- --recursive --verify ./inbox
  npm run upload -- --watch
  npm run upload -- --download 0199c0de-... -o photo.jpg
`;

/**
 * Reads the command line.
 *
 * @param args - without the program's name
 * @throws CommanderError with an exit code, after it has written help or what is wrong
 */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const command = describe(env);
  command.parse([...args], { from: 'user' });
  const options = {
    ...command.opts<Omit<Options, 'paths' | 'secret'> & { secret?: string }>(),
    paths: command.args,
  };
  const wrong = contradiction(options);
  if (wrong !== undefined) command.error(`error: ${wrong}`);
  // A development client has its id as its secret.
  return { ...options, url: options.url.replace(/\/+$/, ''), secret: options.secret ?? options.client };
}

/** All options; a variable of the environment is the default of its option. */
function describe(env: NodeJS.ProcessEnv): Command {
  const command = new Command('npm run upload --')
    .description('Sends files to Lazaret, shows live where they stand, and ends with their verdict.')
    .argument('[paths...]', 'files, and with --recursive directories')
    .addHelpText('after', `${EXIT_CODE_HELP}\n${EXAMPLES}`)
    .showHelpAfterError('(--help shows what is possible)')
    .exitOverride();
  for (const option of [...connectionOptions(env), ...uploadOptions(), ...otherOptions()]) {
    command.addOption(option);
  }
  return command;
}

const connectionOptions = (env: NodeJS.ProcessEnv): Option[] => [
  new Option('--url <url>', 'where the service is (LAZARET_URL)')
    .argParser(toUrl)
    .default(env['LAZARET_URL'] ?? `http://127.0.0.1:${env['LAZARET_PORT'] ?? '4000'}`),
  new Option('--client <id>', 'OAuth2 client (LAZARET_CLIENT)').default(
    env['LAZARET_CLIENT'] ?? 'acme-uploader',
  ),
  new Option('--secret <secret>', 'its secret (LAZARET_SECRET; the id of the client when not given)').default(
    env['LAZARET_SECRET'],
    NOT_SHOWN,
  ),
  new Option('--token <token>', 'access token, instead of a client (LAZARET_TOKEN)').default(
    env['LAZARET_TOKEN'],
    NOT_SHOWN,
  ),
  new Option('--live <transport>', 'how progress is heard').choices(['auto', 'ws', 'sse']).default('auto'),
];

const uploadOptions = (): Option[] => [
  new Option('-r, --recursive', 'also send what is in directories').default(false),
  new Option('--parallel <count>', 'parts of a file under way at a time').argParser(toParallel).default(4),
  new Option('--no-checksums', 'do not declare the SHA-256 of each part'),
  new Option('--verify', 'declare the SHA-256 of the file: no other bytes become CLEAN').default(false),
  new Option('--ask-from <MiB>', 'size from which files are not sent if they are stored already, or "never"')
    .argParser(toMebibytes)
    .default(64),
  new Option('--priority <class>', 'which work comes first')
    .choices(['interactive', 'bulk'])
    .default('interactive'),
  new Option('--content-type <type>', 'media type of the files, e.g. image/png'),
  new Option('--metadata <key=value>', 'attach a pair; repeatable').argParser(addPair).default([], 'none'),
  new Option('--resume <file-id>', 'send what is missing of an upload that was interrupted'),
];

const otherOptions = (): Option[] => [
  new Option('--watch', "show all that happens to the tenant's files, until Ctrl-C").default(false),
  new Option('--download <file-id>', 'fetch a clean file'),
  new Option('-o, --output <path>', 'where the download goes; - is standard output'),
  new Option('--json', 'one JSON object for each file or event on standard output').default(false),
];

function contradiction({
  url,
  paths,
  watch,
  download,
  resume,
  output,
}: Omit<Options, 'secret'>): string | undefined {
  // What comes from the environment has passed no parser.
  if (!isWebUrl(url)) return `LAZARET_URL is "${url}": it must be an http or https URL.`;
  const jobs = [paths.length > 0, watch, download !== undefined].filter(Boolean).length;
  if (jobs === 0) return 'name at least one file to send.';
  if (jobs > 1) return 'send files, --watch or --download: one at a time.';
  if (resume !== undefined && paths.length !== 1) return '--resume takes exactly one file.';
  return output !== undefined && download === undefined ? '--output belongs to --download.' : undefined;
}

const isWebUrl = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '');

function toUrl(text: string): string {
  if (isWebUrl(text)) return text;
  throw new InvalidArgumentError('It must be an http or https URL.');
}

function toParallel(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 32) return value;
  throw new InvalidArgumentError('It must be a whole number from 1 to 32.');
}

function toMebibytes(text: string): number {
  if (text === 'never') return Infinity;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of MiB, or "never".');
}

function addPair(text: string, before: Options['metadata']): Options['metadata'] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be key=value.');
  return [...before, { key: text.slice(0, at), value: text.slice(at + 1) }];
}
