import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createHealth } from '../../../src/observability/health.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import { startMetricsServer } from '../../../src/observability/metrics-server.js';
import { rememberingLogger } from '../../support/test-edge.js';

/** Connections that the server has at a time. */
const PLACES = 64;

async function hold(port: number, bytes: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
}

it('those who take every place and ask nothing keep probes out for seconds alone', async () => {
  const server = await startMetricsServer({
    metrics: createMetrics(),
    health: createHealth({ checks: [] }),
    logger: rememberingLogger().logger,
    host: '127.0.0.1',
    port: 0,
  });
  const idle = await Promise.all(
    Array.from({ length: PLACES }, (_, index) => hold(server.port, index % 2 === 0 ? '' : 'GET /livez HT')),
  );
  const probe = (): Promise<number> =>
    fetch(`http://127.0.0.1:${String(server.port)}/livez`).then(
      ({ status }) => status,
      () => 0,
    );
  expect(await probe()).toBe(0);
  await expect.poll(probe, { timeout: 12_000, interval: 250 }).toBe(200);
  for (const socket of idle) socket.destroy();
  await server.close();
}, 30_000);
