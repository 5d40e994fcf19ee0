import { suggestionList } from 'graphql/jsutils/suggestionList.js';
import { environmentSchema } from './environment.js';

const OURS = /^LAZARET_?/i;

/** What `npm run upload` reads; it may well be set for everything that runs in the same shell. */
const OF_COMMANDS = ['LAZARET_URL', 'LAZARET_CLIENT', 'LAZARET_SECRET', 'LAZARET_TOKEN'];
/** What the tests read. */
const OF_TESTS = /^LAZARET_(?:CRASH|EXACTLY_ONCE|FUZZ|SLOW)_/;

const KNOWN: readonly string[] = [...Object.keys(environmentSchema.shape), ...OF_COMMANDS];

/** Names of variables that begin as ours and that nothing reads. */
export function unreadVariables(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env).filter((name) => OURS.test(name) && !KNOWN.includes(name) && !OF_TESTS.test(name));
}

/** A sentence for each of them, with the name that was probably meant. Values may be secrets and are not shown. */
export function warnOfUnreadVariables(env: NodeJS.ProcessEnv): string[] {
  return unreadVariables(env).map((name) => {
    const meant = nearest(name);
    return `${name} is set, but nothing reads it${meant === undefined ? '.' : `: is ${meant} meant?`}`;
  });
}

/** The beginning that all have in common would make any two of them seem alike. */
function nearest(name: string): string | undefined {
  const rests = new Map(KNOWN.filter((known) => OURS.test(known)).map((known) => [restOf(known), known]));
  const [first] = suggestionList(restOf(name).toUpperCase(), [...rests.keys()]);
  return first === undefined ? undefined : rests.get(first);
}

const restOf = (name: string): string => name.replace(OURS, '');
