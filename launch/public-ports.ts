import type { Config } from '../src/config/config.js';
import { isPortFree } from './free-port.js';
import { StartError } from './start-error.js';

/**
 * Refuses to start where another process already listens on a port that people are told of.
 *
 * @throws StartError that names the port and the variable that moves it
 */
export async function requirePublicPorts(config: Config): Promise<void> {
  const { host } = config.http;
  const ports = [
    { variable: 'LAZARET_PORT', port: config.http.port },
    { variable: 'LAZARET_METRICS_PORT', port: config.metrics.apiPort },
    { variable: 'LAZARET_WORKER_METRICS_PORT', port: config.metrics.workerPort },
  ];
  const seen = new Map<number, string>();
  for (const { variable, port } of ports) {
    const other = seen.get(port);
    if (other !== undefined) {
      throw new StartError(`${other} and ${variable} are both ${port}: move one of them.`);
    }
    seen.set(port, variable);
    if (await isPortFree(port, host)) continue;
    throw new StartError(
      `Port ${port} of ${host} is taken by another program: stop it, or set ${variable} to a free port.`,
    );
  }
}
