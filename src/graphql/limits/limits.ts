/** What one operation may ask for. Every bound is checked before anything runs, on every transport. */
export const LIMITS = {
  /** Words and signs of a document; the parser stops at the next one. */
  tokens: 1_000,
  /** Nesting of fields; introspection has a rule of its own. */
  depth: 10,
  /** Fields under another name. */
  aliases: 15,
  /** Directives, those inside fragments each time they are spread. */
  directives: 20,
  /** Fields, those inside fragments each time they are spread. */
  fields: 500,
  /** The same field twice in one selection. */
  duplicates: 10,
  /** Fields to be resolved, those of a list as often as its page is long. */
  cost: 10_000,
  /** What a field with a transaction of its own counts as, in the cost: `@ownTransaction`. */
  transactionCost: 10,
  /** Fields with a transaction of their own, those of the files of a dry run as often as it looks at files. */
  ownTransactions: 1_000,
  /** Transactions that one operation runs at the same time; the pool has 10 connections by default. */
  transactions: 4,
  /** Complaints that an answer lists. */
  errors: 10,
} as const;

/** Sagas of a file where nobody says how many. */
export const DEFAULT_SAGAS = 20;

/** Largest page of a list. */
export const MAX_PAGE_SIZE = 100;
