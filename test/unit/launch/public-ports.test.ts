import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { requirePublicPorts } from '../../../launch/public-ports.js';
import { loadConfig } from '../../../src/config/load-config.js';

const require = (env: Record<string, string>): Promise<void> =>
  requirePublicPorts(
    loadConfig({
      DATABASE_URL: 'postgres://127.0.0.1/lazaret',
      REDIS_URL: 'redis://127.0.0.1',
      CLAMD_ADDRESSES: 'tcp://127.0.0.1:3310',
      LAZARET_URL_SIGNING_KEY: '0'.repeat(64),
      ...env,
    }),
  );

it('names the port that another program has, and what moves ours', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve);
  });
  const { port } = other.address() as AddressInfo;
  await expect(require({ LAZARET_METRICS_PORT: String(port) })).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is taken by another program: stop it, or set LAZARET_METRICS_PORT`,
  );
  other.close();
});

it.each(['192.0.2.1', 'no-such-host.invalid'])(
  'blames no other program where %s is no address of this machine',
  async (host) => {
    const refusal = require({ LAZARET_HOST: host });
    await expect(refusal).rejects.toThrow(`LAZARET_HOST is "${host}", which is no address of this machine`);
    await expect(refusal).rejects.not.toThrow('another program');
  },
);
