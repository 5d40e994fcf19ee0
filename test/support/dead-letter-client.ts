import type { ApiClient, ApiOutcome } from './api-client.js';

/** A dead letter as the tests ask for it. */
export interface DeadLetterView {
  readonly id: string;
  readonly status: string;
  readonly cause: string;
  readonly failureClass: string;
  readonly message: string;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly file: { readonly id: string; readonly state: string };
  readonly attempts: readonly {
    readonly attempt: number;
    readonly failureClass: string;
    readonly message: string;
  }[];
}

/** A page of dead letters. */
export interface DeadLetterPage {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: DeadLetterView }[];
}

/** What deciding over one answers. */
export type DeadLetterDecided = ApiOutcome<{ readonly deadLetter: DeadLetterView }>;

/** One user of dead letters. */
export interface DeadLetterClient {
  readonly list: (variables: object) => Promise<ApiOutcome<DeadLetterPage>>;
  readonly one: (id: string) => Promise<ApiOutcome<DeadLetterView | null>>;
  readonly replay: (input: object) => Promise<DeadLetterDecided>;
  readonly discard: (input: object) => Promise<DeadLetterDecided>;
}

const LETTER = `id status cause failureClass message decidedBy reason file { id state }
  attempts { attempt failureClass message }`;
const LIST = `query ($filter: DeadLetterFilter, $first: Int) {
  answer: deadLetters(filter: $filter, first: $first) { totalCount edges { node { ${LETTER} } } } }`;
const ONE = `query ($id: ID!) { answer: deadLetter(id: $id) { ${LETTER} } }`;
const REPLAY = `mutation ($input: ReplayDeadLetterInput!) {
  answer: replayDeadLetter(input: $input) { deadLetter { ${LETTER} } } }`;
const DISCARD = `mutation ($input: DiscardDeadLetterInput!) {
  answer: discardDeadLetter(input: $input) { deadLetter { ${LETTER} } } }`;

/** Works with dead letters, as the user of an API client. */
export const createDeadLetterClient = (api: ApiClient): DeadLetterClient => ({
  list: (variables) => api.ask(LIST, { first: 20, ...variables }),
  one: (id) => api.ask(ONE, { id }),
  replay: (input) => api.ask(REPLAY, { input }),
  discard: (input) => api.ask(DISCARD, { input }),
});
