import { Counter, type Registry } from 'prom-client';
import { describe } from './describe-metric.js';

/** What became of a transaction of the database. */
export interface TransactionCount {
  /** For whom: a tenant, the system across tenants, or the login itself. */
  readonly principal: string;
  readonly outcome: 'committed' | 'rolled-back' | 'failed';
  /** How often it was run again. */
  readonly retries: number;
}

/** Makes the counters of transactions, and hands back what counts one. */
export function createTransactionCounters(registry: Registry): (transaction: TransactionCount) => void {
  const transactions = new Counter({
    ...describe(registry, 'database_transactions_total', 'Transactions of the database by their outcome.'),
    labelNames: ['principal', 'outcome'] as const,
  });
  const retries = new Counter({
    ...describe(
      registry,
      'database_retries_total',
      'Transactions that were run again after a conflict or a lost connection.',
    ),
    labelNames: ['principal'] as const,
  });
  return ({ principal, outcome, retries: count }) => {
    transactions.inc({ principal, outcome });
    retries.inc({ principal }, count);
  };
}
