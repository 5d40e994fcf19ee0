import type { Config } from '../src/config/config.js';
import { whyNotListen } from './free-port.js';
import { StartError } from './start-error.js';

/**
 * Refuses to start where nobody could listen on a port that people are told of, as where another process does already.
 *
 * @throws StartError that names the port, what is wrong and the variable that changes it
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
    const reason = await whyNotListen(port, host);
    if (reason !== null) throw new StartError(explain(reason, { variable, port, host }));
  }
}

interface Place {
  readonly variable: string;
  readonly port: number;
  readonly host: string;
}

function explain(reason: string, { variable, port, host }: Place): string {
  switch (reason) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is taken by another program: stop it, or set ${variable} to a free port.`;
    case 'EACCES':
      return `Port ${port} of ${host} is not for this user: set ${variable} to a port from 1024 on.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `LAZARET_HOST is "${host}", which is no address of this machine (${reason}): set it to one.`;
    default:
      return `Port ${port} of ${host} cannot be listened on (${reason}): change ${variable} or LAZARET_HOST.`;
  }
}
