import { Gauge, type Registry } from 'prom-client';

/** The part of a pool of database connections that is measured; a `pg.Pool` is one. */
export interface PoolState {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

/** Makes the gauge of connection pools; each pool is asked when the metrics are read. */
export function createPoolGauges(registry: Registry): (pool: string, state: () => PoolState) => void {
  const pools = new Map<string, () => PoolState>();
  new Gauge({
    name: 'lazaret_database_pool_connections',
    help: 'Database connections by state; "waiting" counts the callers that wait for one.',
    labelNames: ['pool', 'state'] as const,
    registers: [registry],
    collect() {
      for (const [pool, read] of pools) {
        const { totalCount, idleCount, waitingCount } = read();
        this.set({ pool, state: 'busy' }, totalCount - idleCount);
        this.set({ pool, state: 'idle' }, idleCount);
        this.set({ pool, state: 'waiting' }, waitingCount);
      }
    },
  });
  return (pool, state) => {
    pools.set(pool, state);
  };
}
